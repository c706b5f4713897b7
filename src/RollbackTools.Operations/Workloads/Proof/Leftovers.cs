using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>The pods that go on running another revision although the rollout is complete: below a partition, or under OnDelete.</summary>
internal static class Leftovers
{
    /// <summary>A warning that names them, or none. <paramref name="strangers"/> are the pods of other revisions.</summary>
    public static IReadOnlyList<string> Of(WorkloadSnapshot workload, Workload live, IEnumerable<Pod> strangers)
    {
        if (WorkloadReader.HasReplicaSets(workload.Kind)) return [];
        var left = strangers.Where(pod => pod.Metadata.DeletionTimestamp is null && !pod.HasEnded).Select(pod => pod.Metadata.Name).Order(StringComparer.Ordinal).ToList();
        if (left.Count == 0) return [];
        var why = live.Spec.UpdateStrategy?.Type == "OnDelete"
            ? $"updateStrategy OnDelete; replace them when it suits: kubectl delete pod {string.Join(' ', left)} -n {workload.Namespace}"
            : $"partition {live.Spec.UpdateStrategy?.RollingUpdate?.Partition}; lower it to reach them";
        return [$"{string.Join(", ", left)} still run the revision from before ({why})."];
    }

    /// <summary>The same for a workload as it was read.</summary>
    public static IReadOnlyList<string> Of(WorkloadSnapshot workload) =>
        workload.Current is { } current ? Of(workload, workload.Object, workload.Pods.Where(pod => !current.Owns(pod))) : [];
}
