using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Health;

/// <summary>
/// Which warning events still say something. What was said of a pod before it became ready (no node yet, a pull that had to be tried
/// again, a readiness probe that asked too early) is over once it is ready; and so is what was said of the workload while its pods came up.
/// </summary>
internal sealed class WarningRelevance(WorkloadSnapshot workload, IReadOnlyList<Pod> pods)
{
    private readonly Dictionary<string, Pod> byUid = pods.ToDictionary(pod => pod.Metadata.Uid);
    private readonly DateTimeOffset? complete = CompleteAt(workload);

    /// <summary>Whether the event is about this workload, its current revision or one of its pods, and is not over. Times are whole seconds.</summary>
    public bool Counts(Event warning)
    {
        var about = warning.InvolvedObject.Uid;
        if (byUid.TryGetValue(about, out var pod)) return !(warning.LastSeen <= ReadyAt(pod));
        return (about == workload.Object.Metadata.Uid || about == workload.Current?.Uid) && !(warning.LastSeen <= SettledAt());
    }

    // A pod may lose its readiness and have it again; it had it first, at the latest, when the whole revision was available.
    private DateTimeOffset? ReadyAt(Pod pod) =>
        complete < pod.ReadySince && pod.Metadata.CreationTimestamp <= complete && workload.Current?.Owns(pod) == true ? complete : pod.ReadySince;

    private DateTimeOffset? SettledAt() =>
        RolloutStatus.Of(workload).Complete && pods.All(pod => pod.IsReady) ? pods.Select(ReadyAt).Append(complete).Max() : null;

    // Set once, when the rollout of the current revision is complete.
    private static DateTimeOffset? CompleteAt(WorkloadSnapshot workload)
    {
        var status = workload.Object.Status;
        if (workload.Kind == WorkloadKind.Rollout) return status.Condition("Healthy") is { Status: "True" } healthy ? healthy.LastTransitionTime : null;
        return status.Condition("Progressing") is { Reason: "NewReplicaSetAvailable" } progressing && workload.Current is { } current
            && progressing.Message?.Contains($"\"{current.Source}\"", StringComparison.Ordinal) == true ? progressing.LastUpdateTime : null;
    }
}
