using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Health;

/// <summary>
/// The warning events of one round of checks: asked for once in each namespace, however many workloads are tested. A namespace where
/// hundreds of pods were just replaced has thousands of them.
/// </summary>
internal sealed class WarningEvents(ICluster cluster, CancellationToken cancellation)
{
    private readonly Dictionary<string, Task<ResourceList<Event>>> lists = [];

    /// <summary>Throws <see cref="EstateException"/> when they cannot be read.</summary>
    public async Task<IReadOnlyList<Event>> OfAsync(string ns) => (await ListAsync(ns)).Items;

    private Task<ResourceList<Event>> ListAsync(string ns)
    {
        lock (lists)
        {
            return lists.TryGetValue(ns, out var list)
                ? list
                : lists[ns] = cluster.ListAsync(Resources.Events, ns, new ListFilter { FieldSelector = "type=Warning" }, cancellation);
        }
    }
}
