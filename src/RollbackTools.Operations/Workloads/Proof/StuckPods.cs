using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// The pods that a StatefulSet (or a DaemonSet under OnDelete) does not replace by itself: owned, of another revision than the
/// target, not ready, and within reach of the rollout (kubernetes#67250).
/// </summary>
internal static class StuckPods
{
    /// <summary>Those the plan can see, before anything is changed.</summary>
    public static IEnumerable<Pod> Of(WorkloadSnapshot workload, string goal)
    {
        if (!AreLeftAlone(workload.Kind, workload.Object)) return [];
        var target = workload.Revisions.FirstOrDefault(revision => revision.Template.Hash == goal);
        return workload.Pods.Where(pod => pod.Metadata.DeletionTimestamp is null && !pod.HasEnded && !pod.IsReady && target?.Owns(pod) != true
            && IsInReach(workload.Kind, workload.Object, pod));
    }

    /// <summary>Whether the kind's controller leaves pods that are not ready as they are.</summary>
    public static bool AreLeftAlone(WorkloadKind kind, Workload workload) =>
        kind == WorkloadKind.StatefulSet || (kind == WorkloadKind.DaemonSet && workload.Spec.UpdateStrategy?.Type == "OnDelete");

    /// <summary>A StatefulSet's pods below the partition keep their revision.</summary>
    public static bool IsInReach(WorkloadKind kind, Workload workload, Pod pod)
    {
        if (kind != WorkloadKind.StatefulSet || workload.Spec.UpdateStrategy?.Type == "OnDelete") return true;
        var name = pod.Metadata.Name;
        return !int.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), out var ordinal)
            || ordinal >= (workload.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0);
    }

    public static ReplacePod Replacement(WorkloadSnapshot workload, Pod pod) => new()
    {
        Namespace = workload.Namespace,
        Pod = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
        Why = $"revision {pod.Metadata.Labels.GetValueOrDefault("controller-revision-hash")}, not ready: {PodTrouble.Find(pod)?.Reason ?? pod.Status.Phase}",
    };
}
