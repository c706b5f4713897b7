using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Rollouts;

/// <summary>What a Rollout is told.</summary>
public enum RolloutOrder
{
    /// <summary>Give the traffic back to the stable version.</summary>
    Abort,

    /// <summary>Try the aborted version again, from its first step.</summary>
    Retry,

    /// <summary>End the pause, or leave the step.</summary>
    Promote,

    /// <summary>Past all steps and analysis, to stable.</summary>
    PromoteFully,
}

/// <summary>A request to tell Rollouts how to go on; what they ask for stays as it is.</summary>
public sealed record RolloutRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => Order == RolloutOrder.Abort ? "StopRollout" : "ResumeRollout";

    [JsonIgnore]
    public override string Noun => Order switch
    {
        RolloutOrder.Abort => "abort of a Rollout",
        RolloutOrder.Retry => "retry of a Rollout",
        _ => "promotion of a Rollout",
    };

    [JsonIgnore]
    public override int Parallelism => ThrottleLimit;

    public RolloutOrder Order { get; init; }

    public IReadOnlyList<WorkloadReference> Rollouts { get; init; } = [];

    /// <summary>How long each may take to do it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public int ThrottleLimit { get; init; } = 32;

    public bool NoWait { get; init; }

    public override string? AfterUndo(RunTarget target) => $"Get-ArgoRollout {target.Name} -Namespace {target.Namespace}";

    public override TargetCommands? CommandsOf(RunTarget target) => WorkloadCommands.Of(target);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new RolloutOperation(this, estate, reporter, time);
}
