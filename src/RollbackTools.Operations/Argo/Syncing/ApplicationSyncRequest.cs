using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>A request to deploy what Git holds.</summary>
public sealed record ApplicationSyncRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "ArgoSync";

    [JsonIgnore]
    public override string Noun => "Argo CD sync";

    [JsonIgnore]
    public override int Parallelism => ThrottleLimit;

    public IReadOnlyList<ApplicationName> Applications { get; init; } = [];

    /// <summary>A commit, tag or branch instead of the one the application follows.</summary>
    public string? Revision { get; init; }

    public bool Prune { get; init; }

    public bool SkipHooks { get; init; }

    public bool Preempt { get; init; }

    /// <summary>Also when Git holds a version that was rolled away from.</summary>
    public bool AllowBadRevision { get; init; }

    /// <summary>Also what is stopped, which then runs again as Git says.</summary>
    public bool IncludeSuspended { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public int ThrottleLimit { get; init; } = 8;

    public bool NoWait { get; init; }

    public override TargetCommands? CommandsOf(RunTarget target) => ApplicationCommands.Of(target);

    internal override Func<TargetRun, CancellationToken, Task<Verdict>>? ProofOfUndo(IEstate estate, TimeProvider time, IReadOnlyList<Step> undo) =>
        Redeployment.After(estate, time, undo);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new ApplicationSync(this, estate, reporter, time);
}
