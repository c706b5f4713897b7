using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Runs;

/// <summary>A name that one run at a time may have, and the namespace its Lease lies in.</summary>
public sealed record LockedTarget(string Namespace, string Name);

/// <summary>
/// The Leases of a group of targets: one in each namespace that their locks lie in. Where the change itself is conditional on
/// the whole of what it changes (a push to a branch), there is nothing to lock and no cluster is needed.
/// </summary>
internal sealed class RunLocks : IAsyncDisposable
{
    private readonly List<LeaseLock> held = [];
    private CancellationTokenSource lost = new();

    /// <summary>Cancelled when any of them could not be kept: stop acting.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>
    /// All or none. Throws <see cref="LocksRefusedException"/> when somebody else has one of them. Leases of the same run from before
    /// <paramref name="began"/> were left behind by a process of it that is gone.
    /// </summary>
    public static async Task<RunLocks> AcquireAsync(
        IEstate estate, TimeProvider time, IEnumerable<LockedTarget> targets, string holder, DateTimeOffset began, CancellationToken cancellation)
    {
        RunLocks locks = new();
        try
        {
            foreach (var group in targets.Distinct().GroupBy(target => target.Namespace).OrderBy(group => group.Key, StringComparer.Ordinal))
                await locks.AddAsync(estate.Cluster, time, group.Key, [.. group.Select(target => target.Name)], holder, began, cancellation);
        }
        catch
        {
            await locks.DisposeAsync();
            throw;
        }

        // Nothing to lock is nothing to lose; a linked source wants at least one token.
        locks.lost = CancellationTokenSource.CreateLinkedTokenSource([.. locks.held.Select(one => one.Lost), CancellationToken.None]);
        return locks;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(held.Select(one => one.DisposeAsync().AsTask()));
        lost.Dispose();
    }

    private async Task AddAsync(
        ICluster cluster, TimeProvider time, string ns, IReadOnlyList<string> names, string holder, DateTimeOffset began, CancellationToken cancellation)
    {
        try
        {
            held.Add(await LeaseLock.AcquireAsync(cluster, time, ns, names, holder, began, cancellation));
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException)
        {
            throw new LocksRefusedException(refusal, [.. ((refusal as RollbackException)?.Contested ?? []).Select(name => new LockedTarget(ns, name))]);
        }
    }
}

/// <summary>Why the locks were not to be had, and which of them somebody else holds (none when that is not the reason).</summary>
internal sealed class LocksRefusedException(Exception refusal, IReadOnlyList<LockedTarget> contested) : Exception(refusal.Message, refusal)
{
    public Exception Refusal => InnerException!;

    public IReadOnlyList<LockedTarget> Contested => contested;
}
