namespace RollbackTools.Operations.Estate.Helm;

/// <summary>The records there are, newest revision of a release first, and the drivers that could not be looked at.</summary>
public sealed record HelmInventory(IReadOnlyList<HelmRecordHeader> Records, IReadOnlyList<HelmUnseen> Unseen);

/// <summary>A kind of object we may not list, so that its absence proves nothing.</summary>
public sealed record HelmUnseen(HelmDriver Driver, EstateException Refusal);
