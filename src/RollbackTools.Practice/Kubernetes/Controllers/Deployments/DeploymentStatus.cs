using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

namespace RollbackTools.Practice.Kubernetes.Controllers.Deployments;

/// <summary>What a Deployment's status says of a rollout, and when it has made no progress for too long.</summary>
internal static class DeploymentStatus
{
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";
    public const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    public const string TimedOut = "ProgressDeadlineExceeded";

    /// <summary>The counts and Available; the other conditions as they are.</summary>
    public static JsonObject Calculate(Rollout rollout, string now)
    {
        var deployment = rollout.Deployment;
        var status = deployment.Stored.CopyStatus();
        var all = rollout.All.ToList();
        var available = all.Sum(set => set.Available);
        status.Count("observedGeneration", deployment.Stored.Generation())
            .Count("replicas", all.Sum(set => set.Replicas))
            .Count("updatedReplicas", rollout.New?.Replicas ?? 0)
            .Count("readyReplicas", all.Sum(set => set.Ready))
            .Count("availableReplicas", available)
            .Count("unavailableReplicas", Math.Max(0, all.Sum(set => set.Desired) - available))
            .Count("terminatingReplicas", all.Sum(set => set.Stored.Read.Number("status", "terminatingReplicas") ?? 0));
        if (available >= deployment.Replicas - deployment.MaxUnavailable)
            Conditions.Set(status, Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now);
        else
            Conditions.Set(status, Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now);
        return status;
    }

    public static bool Complete(DeploymentView deployment, JsonNode? status) =>
        Count(status, "updatedReplicas") == deployment.Replicas
        && Count(status, "replicas") == deployment.Replicas
        && Count(status, "availableReplicas") == deployment.Replicas
        && Count(status, "observedGeneration") >= deployment.Stored.Generation();

    /// <summary>
    /// Adds to <paramref name="status"/> what the rollout's progress says. A deadline once exceeded stays exceeded until a
    /// count moves, even when the template has been reverted since: the first status after an undo may still carry it.
    /// </summary>
    public static void Judge(Rollout rollout, JsonObject status, DateTimeOffset now, string timestamp, PracticeTempo tempo)
    {
        var deployment = rollout.Deployment;
        var current = deployment.Progressing;
        if (deployment.ProgressDeadline is null) Conditions.Remove(status, Progressing);
        var over = Count(status, "replicas") == Count(status, "updatedReplicas") && current.Text("reason") == NewReplicaSetAvailable;
        if (deployment.ProgressDeadline is not null && !over)
        {
            var what = rollout.New is null ? $"Deployment \"{deployment.Name}\"" : $"ReplicaSet \"{rollout.New.Name}\"";
            if (Complete(deployment, status))
                Conditions.Set(status, Progressing, "True", NewReplicaSetAvailable, $"{what} has successfully progressed.", timestamp);
            else if (Moved(deployment.Stored.Read.At("status"), status))
                Conditions.Renew(status, Progressing, "True", "ReplicaSetUpdated", $"{what} is progressing.", timestamp);
            else if (HasTimedOut(deployment, now, tempo))
                Conditions.Set(status, Progressing, "False", TimedOut, $"{what} has timed out progressing.", timestamp);
        }

        Conditions.Remove(status, ReplicaFailure);
        if (Failure(rollout) is { } failure)
            Conditions.Set(status, ReplicaFailure, "True", failure.Text("reason") ?? "", failure.Text("message") ?? "",
                failure.Text("lastTransitionTime") ?? timestamp);
    }

    /// <summary>How long from now until the deadline passes; null when none is running.</summary>
    public static TimeSpan? UntilDeadline(DeploymentView deployment, JsonNode? status, DateTimeOffset now, PracticeTempo tempo)
    {
        if (deployment.ProgressDeadline is not { } seconds || deployment.Progressing is not { } current) return null;
        if (current.Text("reason") is NewReplicaSetAvailable or TimedOut || Complete(deployment, status)) return null;
        return (current.Time("lastUpdateTime") ?? now) + tempo.Scaled(seconds) - now;
    }

    private static bool HasTimedOut(DeploymentView deployment, DateTimeOffset now, PracticeTempo tempo) =>
        deployment.Progressing is { } current && current.Text("reason") switch
        {
            NewReplicaSetAvailable => false,
            TimedOut => true,
            _ => (current.Time("lastUpdateTime") ?? now) + tempo.Scaled(deployment.ProgressDeadline ?? 0) < now,
        };

    private static bool Moved(JsonNode? before, JsonNode? after) =>
        Count(after, "updatedReplicas") > Count(before, "updatedReplicas")
        || Count(after, "replicas") - Count(after, "updatedReplicas") < Count(before, "replicas") - Count(before, "updatedReplicas")
        || Count(after, "readyReplicas") > Count(before, "readyReplicas")
        || Count(after, "availableReplicas") > Count(before, "availableReplicas");

    private static JsonObject? Failure(Rollout rollout) =>
        (rollout.New is { } current ? Failing(current) : null) ?? rollout.Old.Select(Failing).FirstOrDefault(found => found is not null);

    private static JsonObject? Failing(ReplicaSetView set) =>
        set.Stored.Condition(ReplicaFailure) is { } condition && condition.Text("status") == "True" ? condition : null;

    private static int Count(JsonNode? status, string name) => status.Number(name) ?? 0;
}
