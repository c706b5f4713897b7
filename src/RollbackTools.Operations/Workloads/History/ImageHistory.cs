using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.History;

/// <summary>The revisions of workloads with images, age and how they did. Only reads.</summary>
public sealed class ImageHistory(ICluster cluster, TimeProvider time)
{
    private readonly WorkloadReader reader = new(cluster);

    /// <summary>Newest revision first. Throws when the workload is missing or cannot be read.</summary>
    public async Task<IReadOnlyList<ImageRevision>> ReadAsync(WorkloadReference workload, CancellationToken cancellation)
    {
        var answer = (await reader.ReadAsync([workload], cancellation))[0];
        if (answer.Refusal is { } refusal) throw refusal;
        return KnownGood.Report(answer.Snapshot!, cluster.Info.Estate, time.GetUtcNow());
    }

    /// <summary>Every workload of a namespace, or those a label selector selects.</summary>
    public async Task<IReadOnlyList<ImageRevision>> ReadAllAsync(string? ns, string? labelSelector, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var all = await reader.ReadAllAsync(ns, labelSelector, cancellation);
        if (all.Count == 0) await MissingNamespace.MustNotBeAsync(cluster, ns, cancellation);
        return [.. all.SelectMany(snapshot => KnownGood.Report(snapshot, cluster.Info.Estate, now))];
    }
}
