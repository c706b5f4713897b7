using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Restart;

/// <summary>A request to replace the pods of workloads.</summary>
public sealed record RestartRequest : OperationRequest
{
    [JsonIgnore]
    public override string Operation => "RestartWorkload";

    [JsonIgnore]
    public override string Noun => "restart";

    [JsonIgnore]
    public override int Parallelism => ThrottleLimit;

    public IReadOnlyList<WorkloadReference> Workloads { get; init; } = [];

    /// <summary>Everything with these labels in the namespace, instead of names.</summary>
    public string? LabelSelector { get; init; }

    public string? Namespace { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public int ThrottleLimit { get; init; } = 32;

    public bool NoWait { get; init; }

    public override TargetCommands? CommandsOf(RunTarget target) => WorkloadCommands.Of(target);

    internal override IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time) => new WorkloadRestart(this, estate, reporter, time);
}
