using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>By what a change of the steps is noticed.</summary>
internal static class StepHash
{
    public static string Of(RolloutView rollout) =>
        rollout.Canary is null ? "" : Templates.Hash(rollout.Canary.At("steps")?.DeepClone() ?? new JsonArray(), collisions: null);
}
