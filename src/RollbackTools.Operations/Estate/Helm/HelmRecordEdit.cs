using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>What is to change in a record; what is null stays as it was written, to the byte.</summary>
public sealed record HelmRecordEdit
{
    public int? Revision { get; init; }

    public string? Status { get; init; }

    public string? Description { get; init; }

    /// <summary>Takes the time of the first deployment, as it is written, from another record of the release.</summary>
    public HelmRecord? FirstDeployedFrom { get; init; }

    public DateTimeOffset? LastDeployed { get; init; }

    /// <summary>Zero takes it away.</summary>
    public int? RollbackRevision { get; init; }

    public string? Manifest { get; init; }

    public IReadOnlyList<HelmHook>? Hooks { get; init; }

    /// <summary>ssa or csa; empty takes it away, as in records of Helm 3.</summary>
    public string? ApplyMethod { get; init; }

    /// <summary>The user's labels, which go onto the object. Helm's own are always written as the record says.</summary>
    public IReadOnlyDictionary<string, string>? UserLabels { get; init; }
}
