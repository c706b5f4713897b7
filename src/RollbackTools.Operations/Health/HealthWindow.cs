using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Health;

/// <summary>
/// How far back events and log lines speak about the version that runs now: since it began to roll out, and no further than whoever
/// asks "is it well?" means.
/// </summary>
internal static class HealthWindow
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Null when nothing runs, and so nothing dates it.</summary>
    public static DateTimeOffset? Of(WorkloadSnapshot workload, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        var current = workload.Current is { } revision ? pods.Where(revision.Owns).ToList() : [];
        // The first pod of this version, not the last: a fault may well show while the later ones are still starting.
        var began = current.Count > 0 ? current.Min(pod => pod.Metadata.CreationTimestamp) : pods.Max(pod => pod.Metadata.CreationTimestamp);
        // A pod of this version may have outlived the bad one beside it; what it met then was the bad one's doing.
        if (RolledBackAt(workload) is { } rollback && began < rollback) began = rollback;
        return began < now - Longest ? now - Longest : began;
    }

    private static DateTimeOffset? RolledBackAt(WorkloadSnapshot workload) =>
        workload.Holder.Metadata.Annotations.GetValueOrDefault(KnownGood.RolledBackToAnnotation) == workload.Template.Hash
            ? workload.Holder.Metadata.ManagedFields.Where(entry => entry is { Manager: WriteOptions.DefaultFieldManager, Subresource: null }).Max(entry => entry.Time)
            : null;
}
