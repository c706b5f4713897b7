using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Rollouts;

/// <summary>Sets <c>spec.paused</c>: while it is true the controller takes nothing up.</summary>
public sealed record SetRolloutPause : RolloutStep
{
    public bool Paused { get; init; }

    [JsonIgnore]
    public override string Description => $"{Patch("")}: paused {(Paused ? "false → true" : "true → false")}";

    public override Step Invert() => this with { Paused = !Paused };

    private protected override RolloutWrite Decide(Workload live) => live.Spec.Paused == Paused
        ? RolloutWrite.Nothing(Paused ? "paused" : "not paused")
        : new RolloutWrite(Paused ? "paused" : "resumed") { Spec = new JsonObject { ["paused"] = Paused } };
}
