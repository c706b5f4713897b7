using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Estates;

/// <summary>
/// An estate's story, told to its controllers with the clock set back: something is done, what follows from it happens at once,
/// then days pass.
/// </summary>
public sealed class EstatePast(ControlLoop loop, PracticeClock clock, Operator people, ObjectStore store, ResourceCatalog catalog, string kubeconfig)
{
    /// <summary>The cluster as it is by now.</summary>
    public ObjectStore Store { get; } = store;

    public Operator Operator { get; } = people;

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The kinds that are served: an older cluster served some that were dropped when it was upgraded.</summary>
    public ResourceCatalog Catalog { get; } = catalog;

    /// <summary>
    /// helm in a namespace, over the API's wires and on this past's clock. Throws <see cref="InvalidOperationException"/> when the cluster
    /// has no API server.
    /// </summary>
    public PracticeHelm Helm(string ns, HelmOptions? options = null) => kubeconfig.Length > 0
        ? PracticeHelm.Open(kubeconfig, ns, options, clock, new PastPatience(this))
        : throw new InvalidOperationException("This practice cluster has no API server, and helm needs one.");

    /// <summary>Lets what has begun run to its end, or for so long: every step at its own time, without waiting for it.</summary>
    public async Task UnfoldAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        var end = clock.GetUtcNow() + atMost;
        await loop.SettleAsync(cancellation);
        while (loop.NextDue is { } next && next <= end && clock.Behind > TimeSpan.Zero)
        {
            clock.Advance(next - clock.GetUtcNow());
            await loop.SettleAsync(cancellation);
        }
    }

    /// <summary>Lets so much time pass in which nothing happens but what was due.</summary>
    public async Task PassAsync(TimeSpan span, CancellationToken cancellation)
    {
        clock.Advance(span);
        await loop.SettleAsync(cancellation);
    }
}
