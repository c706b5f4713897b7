using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// Pods that were deleted and are still there. A StatefulSet, a DaemonSet and a Deployment under Recreate wait for them, and nothing in
/// their status says so.
/// </summary>
internal static class LingeringPods
{
    // Between the end of the grace period and the pod's last write the kubelet has a little to do.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

    /// <summary>Whether the controller makes no new pod before the old one is gone.</summary>
    public static bool AreWaitedFor(WorkloadKind kind, Workload workload) =>
        kind is WorkloadKind.StatefulSet or WorkloadKind.DaemonSet || (kind == WorkloadKind.Deployment && workload.Spec.Strategy?.Type == "Recreate");

    /// <summary>Those that should be gone by <paramref name="now"/>.</summary>
    public static IEnumerable<Pod> Overdue(IEnumerable<Pod> pods, DateTimeOffset now) => pods.Where(pod => DueAt(pod) <= now);

    /// <summary>When the next of them should be gone; null when none is still within its time.</summary>
    public static DateTimeOffset? NextDue(IEnumerable<Pod> pods, DateTimeOffset now) => pods.Select(DueAt).Where(due => due > now).Min();

    /// <summary>Who keeps it: <c>pod db-0 is stuck Terminating, held by its finalizer example.com/hold</c>.</summary>
    public static string Describe(Pod pod, DateTimeOffset now)
    {
        var held = pod.Metadata.Finalizers is { Count: > 0 } finalizers
            ? $"held by its finalizer{(finalizers.Count > 1 ? "s" : "")} {string.Join(", ", finalizers)}"
            : $"its node {pod.Spec.NodeName ?? "(none)"} has not said that it stopped";
        return DueAt(pod) <= now
            ? $"pod {pod.Metadata.Name} is stuck Terminating, {held}"
            : $"pod {pod.Metadata.Name} is Terminating, until {pod.Metadata.DeletionTimestamp?.UtcDateTime:u} at most unless something holds it";
    }

    private static DateTimeOffset? DueAt(Pod pod) => pod.Metadata.DeletionTimestamp + Slack;
}
