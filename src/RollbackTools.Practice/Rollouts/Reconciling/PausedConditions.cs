using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>
/// What the conditions say of pauses and of a retry, brought up to date before anything else: an update that was paused for longer than
/// its deadline must not be late the moment it goes on.
/// </summary>
internal sealed class PausedConditions(RolloutStatusWriter statuses, ControllerContext context)
{
    /// <summary>True when something was written: the rest waits for the next look.</summary>
    public bool Sync(RolloutView rollout)
    {
        if (rollout.Status.Text("observedGeneration") != Numbers.Text(rollout.Stored.Generation())) return false;
        var reason = rollout.Progressing.Text("reason");
        var aborted = reason == "RolloutAborted";
        List<(string Type, string Value, string Reason, string Message)> changes = [];
        if (rollout.IsPaused != (reason == "RolloutPaused") && !aborted && !Completed(rollout))
        {
            changes.Add(rollout.IsPaused
                ? ("Progressing", "Unknown", "RolloutPaused", "Rollout is paused")
                : ("Progressing", "Unknown", "RolloutResumed", "Rollout is resumed"));
        }

        if (aborted && !rollout.Abort) changes.Add(("Progressing", "Unknown", "RolloutRetry", "Retrying Rollout after abort"));
        if (rollout.IsPaused != (rollout.Condition("Paused").Text("status") == "True") && !aborted)
            changes.Add(("Paused", rollout.IsPaused ? "True" : "False", "RolloutPaused", "Rollout is paused"));
        if (changes.Count == 0) return false;
        statuses.WriteConditions(rollout, status =>
        {
            foreach (var (type, value, why, message) in changes) Conditions.Set(status, type, value, why, message, context.Timestamp);
        });
        return true;
    }

    private static bool Completed(RolloutView rollout) => rollout.Status is JsonObject status && Progress.Completed(status);
}
