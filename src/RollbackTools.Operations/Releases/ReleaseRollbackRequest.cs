using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Releases;

/// <summary>A request to take everything of an overlay back to an earlier release.</summary>
public sealed record ReleaseRollbackRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "ReleaseRollback";

    [JsonIgnore]
    public override string Noun => "release rollback";

    [JsonIgnore]
    public override int Parallelism => 32;

    /// <summary>The Argo CD application that deploys the overlay; null: the images go back in the cluster alone.</summary>
    public ApplicationName? Application { get; init; }

    /// <summary>Where Git is, when not where the application says.</summary>
    public GitOverrides Git { get; init => field = value ?? new(); } = new();

    /// <summary>Which tags are releases.</summary>
    public string TagPattern { get; init; } = "release/v*";

    /// <summary>To this release.</summary>
    public string? ToTag { get; init; }

    /// <summary>To the overlay as it was at this commit.</summary>
    public string? ToCommit { get; init; }

    /// <summary>In the cluster alone: names of workloads, those that go first first.</summary>
    public IReadOnlyList<string> Order { get; init => field = value ?? []; } = [];

    /// <summary>In the cluster alone: where the workloads are; null means the connection's.</summary>
    public string? Namespace { get; init; }

    /// <summary>Delete what that release does not have, also when the application's policy does not.</summary>
    public bool Prune { get; init; }

    public bool Preempt { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public override TargetCommands? CommandsOf(RunTarget target) => ApplicationCommands.OrWorkload(target);

    internal override Func<TargetRun, CancellationToken, Task<Verdict>>? ProofOfUndo(IEstate estate, TimeProvider time, IReadOnlyList<Step> undo) =>
        Redeployment.After(estate, time, undo);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) =>
        Application is null ? new ReleaseInCluster(this, estate, reporter, time) : new ReleaseRollback(this, estate, reporter, time);
}
