using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Operations.Argo;

/// <summary>A request to take applications back to an earlier deployment.</summary>
public sealed record ApplicationRollbackRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "ArgoRollback";

    [JsonIgnore]
    public override string Noun => "Argo CD rollback";

    [JsonIgnore]
    public override int Parallelism => ThrottleLimit;

    public IReadOnlyList<ApplicationName> Applications { get; init; } = [];

    public ApplicationGoal Goal { get; init; } = ApplicationGoal.KnownGood;

    /// <summary>Delete what the target does not have.</summary>
    public bool Prune { get; init; }

    public bool SkipHooks { get; init; }

    /// <summary>End an operation that is in progress.</summary>
    public bool Preempt { get; init; }

    /// <summary>Leave automated sync off afterwards; else it is switched on again if Git no longer differs.</summary>
    public bool KeepPaused { get; init; } = true;

    /// <summary>For the sync, and again for the application to become healthy.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public int ThrottleLimit { get; init; } = 8;

    public bool NoWait { get; init; }

    public override TargetCommands? CommandsOf(RunTarget target) => ApplicationCommands.Of(target);

    internal override Func<TargetRun, CancellationToken, Task<Verdict>>? ProofOfUndo(IEstate estate, TimeProvider time, IReadOnlyList<Step> undo) =>
        Redeployment.After(estate, time, undo);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new ApplicationRollback(this, estate, reporter, time);
}
