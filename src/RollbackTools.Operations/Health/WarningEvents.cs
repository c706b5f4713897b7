using System.Collections.Concurrent;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Health;

/// <summary>
/// The warning events of one round of checks: asked for once in each namespace, however many workloads are tested. A namespace where
/// hundreds of pods were just replaced has thousands of them.
/// </summary>
internal sealed class WarningEvents(ICluster cluster, CancellationToken cancellation)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ResourceList<Event>>>> lists = new();

    /// <summary>Throws <see cref="EstateException"/> when they cannot be read.</summary>
    public async Task<IReadOnlyList<Event>> OfAsync(string ns) => (await lists.GetOrAdd(ns, name => new Lazy<Task<ResourceList<Event>>>(
        () => cluster.ListAsync(Resources.Events, name, new ListFilter { FieldSelector = "type=Warning" }, cancellation))).Value).Items;
}
