using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Pausing;

public enum SyncPolicyChoice
{
    /// <summary>Argo CD syncs only when asked; what was there is remembered on the application.</summary>
    None,

    /// <summary>Argo CD syncs by itself.</summary>
    Automated,

    /// <summary>Exactly what was remembered when it was paused.</summary>
    Exact,
}

/// <summary>A request to switch automated sync off, on, or back to what it was.</summary>
public sealed record SyncPolicyRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "ArgoSyncPolicy";

    [JsonIgnore]
    public override string Noun => "sync policy change";

    public IReadOnlyList<ApplicationName> Applications { get; init; } = [];

    public SyncPolicyChoice Policy { get; init; }

    public bool Prune { get; init; }

    public bool SelfHeal { get; init; }

    public bool AllowEmpty { get; init; }

    /// <summary>Also when Git still holds a version that was rolled away from, which is then deployed again at once.</summary>
    public bool AllowBadRevision { get; init; }

    /// <summary>Also when a workload of it is stopped: whoever asks starts it first, or looks for it itself.</summary>
    public bool AllowStopped { get; init; }

    public override TargetCommands? CommandsOf(RunTarget target) => ApplicationCommands.Of(target);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new SyncPolicyChange(this, estate, time);
}
