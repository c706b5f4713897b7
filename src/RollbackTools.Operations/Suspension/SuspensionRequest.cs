using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Suspension;

/// <summary>A request to stop workloads so that they stay stopped, or to let them run again as before.</summary>
public sealed record SuspensionRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => Resume ? "ResumeWorkload" : "SuspendWorkload";

    [JsonIgnore]
    public override string Noun => Resume ? "return of workloads" : "stop of workloads";

    [JsonIgnore]
    public override int Parallelism => ThrottleLimit;

    public IReadOnlyList<WorkloadReference> Workloads { get; init; } = [];

    /// <summary>Names of CronJobs in <see cref="Namespace"/>.</summary>
    public IReadOnlyList<string> CronJobs { get; init; } = [];

    /// <summary>Everything with these labels, CronJobs too, instead of names.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>The namespace for <see cref="LabelSelector"/> and <see cref="CronJobs"/>; null means the connection's.</summary>
    public string? Namespace { get; init; }

    /// <summary>Let them run again.</summary>
    public bool Resume { get; init; }

    /// <summary>The namespace Argo CD's applications lie in.</summary>
    public string ApplicationNamespace { get; init => field = value ?? ApplicationName.DefaultNamespace; } = ApplicationName.DefaultNamespace;

    /// <summary>Where Git is, if not where the applications say.</summary>
    public GitOverrides Git { get; init => field = value ?? new(); } = new();

    /// <summary>For the pods to end, or to become healthy.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public int ThrottleLimit { get; init; } = 32;

    public bool NoWait { get; init; }

    public override string? AfterUndo(RunTarget target) => target.Kind is "Application" or "CronJob" ? null : $"Test-RollbackHealth {target} -Namespace {target.Namespace}";

    public override TargetCommands? CommandsOf(RunTarget target) => ApplicationCommands.OrWorkload(target);

    internal override Func<TargetRun, CancellationToken, Task<Verdict>>? ProofOfUndo(IEstate estate, TimeProvider time, IReadOnlyList<Step> undo) =>
        Redeployment.After(estate, time, undo);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new Suspension(this, estate, reporter, time);
}
