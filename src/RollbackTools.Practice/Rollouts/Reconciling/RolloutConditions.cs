using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>The conditions of a status to be. Their order is in what the real controller sets them.</summary>
internal sealed class RolloutConditions(ControllerContext context, RolloutRun run)
{
    private readonly RolloutView rollout = run.Rollout;
    private readonly JsonObject status = run.Status;
    private readonly string now = context.Timestamp;

    public void Calculate()
    {
        var becameUnhealthy = Health();
        if (run.Aborted) Abort();
        else Progressing(becameUnhealthy);
        Availability();
        Failure();
        Completion();
    }

    private bool Healthy => Progress.Healthy(rollout, status);

    private bool Health()
    {
        var paused = rollout.Paused || status.Items("pauseConditions").Any();
        if (!paused && Healthy)
        {
            Set("Healthy", "True", "RolloutHealthy", "Rollout is healthy");
            return false;
        }

        return rollout.Condition("Healthy") is not null && Set("Healthy", "False", "RolloutHealthy", "Rollout is not healthy");
    }

    private void Abort()
    {
        var message = $"Rollout aborted update to revision {rollout.Revision}";
        if (run.Pauses.AbortMessage.Length > 0) message += $": {run.Pauses.AbortMessage}";
        if (Set("Progressing", "False", "RolloutAborted", message))
            context.Events.Warning(rollout.Stored, RolloutNames.Component, "RolloutAborted", message);
    }

    private void Progressing(bool becameUnhealthy)
    {
        if (Healthy)
        {
            Set("Progressing", "True", "NewReplicaSetAvailable", $"ReplicaSet \"{run.New?.Name}\" has successfully progressed.");
        }
        else if (Progress.Made(run) || becameUnhealthy)
        {
            var stands = becameUnhealthy && status.Text("stableRS") == status.Text("currentPodHash");
            var what = run.New is { } set ? $"ReplicaSet \"{set.Name}\" is progressing." : $"Rollout \"{rollout.Name}\" is progressing.";
            Conditions.Renew(status, "Progressing", "True", stands ? "ReplicaSetNotAvailable" : "ReplicaSetUpdated",
                stands ? "Rollout does not have minimum availability" : what, now);
        }
        else if (!ProgressDeadline.Waits(run) && ProgressDeadline.TimedOut(rollout, Conditions.Find(status, "Progressing"), context))
        {
            Set("Progressing", "False", "ProgressDeadlineExceeded", ProgressDeadline.Message(run));
        }
    }

    private void Availability()
    {
        var available = rollout.BlueGreen is not null
            ? run.WithHash(status.Text("blueGreen", "activeSelector"))?.Saturated(rollout) == true
            : run.All.Sum(set => set.Available) >= rollout.Replicas;
        if (available) Set("Available", "True", "AvailableReason", "Rollout has minimum availability");
        else Set("Available", "False", "AvailableReason", "Rollout does not have minimum availability");
    }

    private void Failure()
    {
        var failure = (run.New is { } fresh ? Failing(fresh) : null) ?? run.All.Select(Failing).FirstOrDefault(one => one is not null);
        if (failure is null) Conditions.Remove(status, "ReplicaFailure");
        else Set("ReplicaFailure", failure.Text("status") ?? "True", failure.Text("reason") ?? "", failure.Text("message") ?? "");
    }

    private void Completion()
    {
        if (Progress.Completed(status))
        {
            Set("Completed", "True", "RolloutCompleted", "RolloutCompleted");
        }
        else if (Set("Completed", "False", "RolloutCompleted", "RolloutCompleted"))
        {
            context.Events.Normal(rollout.Stored, RolloutNames.Component, "RolloutNotCompleted",
                $"Rollout not completed, started update to revision {rollout.Revision} ({status.Text("currentPodHash")})");
        }
    }

    private static JsonObject? Failing(ReplicaSetView set) => set.Stored.Condition("ReplicaFailure");

    /// <summary>Whether it said something else before.</summary>
    private bool Set(string type, string value, string reason, string message)
    {
        var current = Conditions.Find(status, type);
        if (current.Text("status") == value && current.Text("reason") == reason) return false;
        Conditions.Set(status, type, value, reason, message, now);
        return true;
    }
}
