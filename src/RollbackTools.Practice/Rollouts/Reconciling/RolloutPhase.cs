using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Phase and message: the sum of a Rollout's status.</summary>
internal static class RolloutPhase
{
    public static (string Phase, string Message) Of(RolloutView rollout, JsonObject status)
    {
        foreach (var condition in status.Items("conditions"))
        {
            if (condition.Text("type") == "InvalidSpec") return ("Degraded", $"InvalidSpec: {condition.Text("message")}");
            if (condition.Text("reason") is "RolloutAborted" or "ProgressDeadlineExceeded")
                return ("Degraded", $"{condition.Text("reason")}: {condition.Text("message")}");
        }

        if (rollout.Paused) return ("Paused", "manually paused");
        if (status.Items("pauseConditions").FirstOrDefault() is { } pause) return ("Paused", pause.Text("reason") ?? "");
        return Waiting(rollout, status) is { } what ? ("Progressing", what) : ("Healthy", "");
    }

    private static string? Waiting(RolloutView rollout, JsonObject status)
    {
        int Count(string field) => status.Number(field) ?? 0;
        var current = status.Text("currentPodHash") ?? "";
        var promoted = status.Text("stableRS") is { Length: > 0 } stable && stable == current;
        if (rollout.Spec.Text("restartAt") is { } restart && restart != status.Text("restartedAt")) return "rollout is restarting";
        if (Count("updatedReplicas") < rollout.Replicas) return "more replicas need to be updated";
        if (Count("availableReplicas") < Count("updatedReplicas")) return "updated replicas are still becoming available";
        if (rollout.BlueGreen is { } strategy)
        {
            if (status.Text("blueGreen", "activeSelector") is not { Length: > 0 } active || active != current) return "active service cutover pending";
            if (promoted) return null;
            return strategy.Object("postPromotionAnalysis") is not null
                && status.Text("blueGreen", "postPromotionAnalysisRunStatus", "status") is not ("Successful" or "Failed" or "Error" or "Inconclusive")
                    ? "waiting for analysis to complete"
                    : "waiting for post-promotion verification to complete";
        }

        if (!rollout.TrafficRouted && Count("replicas") > Count("updatedReplicas")) return "old replicas are pending termination";
        return promoted ? null : "waiting for all steps to complete";
    }
}
