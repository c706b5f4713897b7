using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Whether a status to be is nearer to the end than the one before it, or at it.</summary>
internal static class Progress
{
    public static bool Completed(JsonObject status) =>
        status.Text("stableRS") is { Length: > 0 } stable && stable == status.Text("currentPodHash");

    public static bool Healthy(RolloutView rollout, JsonObject status)
    {
        if (Count(status, "updatedReplicas") != rollout.Replicas || Count(status, "availableReplicas") != rollout.Replicas) return false;
        if (rollout.Status.Text("observedGeneration") != Numbers.Text(rollout.Stored.Generation())) return false;
        var current = status.Text("currentPodHash");
        if (rollout.BlueGreen is { } strategy)
        {
            return status.Text("blueGreen", "activeSelector") == current
                && (strategy.Text("previewService") is not { Length: > 0 } || status.Text("blueGreen", "previewSelector") == current);
        }

        var steps = rollout.Steps.Count;
        var index = status.Number("currentStepIndex");
        return (steps == 0 || index is null || index == steps) && Completed(status) && Count(status, "replicas") == rollout.Replicas;
    }

    public static bool Made(RolloutRun run)
    {
        var (before, after) = (run.Rollout.Status, run.Status);
        var blueGreen = run.Rollout.BlueGreen is not null && (Differs("blueGreen", "activeSelector") || Differs("blueGreen", "previewSelector"));
        var index = before.Number("currentStepIndex");
        var canary = run.Rollout.Canary is not null && (Differs("stableRS") || Differs("currentStepHash")
            || (index is not null && after.Number("currentStepIndex") is { } now && now != index));
        return blueGreen || canary
            || Count(after, "updatedReplicas") != Count(before, "updatedReplicas")
            || Count(after, "replicas") - Count(after, "updatedReplicas") < Count(before, "replicas") - Count(before, "updatedReplicas")
            || Count(after, "readyReplicas") > Count(before, "readyReplicas")
            || Count(after, "availableReplicas") > Count(before, "availableReplicas");

        bool Differs(params ReadOnlySpan<string> path) => (before.Text(path) ?? "") != (after.Text(path) ?? "");
    }

    private static int Count(JsonNode? status, string field) => status.Number(field) ?? 0;
}
