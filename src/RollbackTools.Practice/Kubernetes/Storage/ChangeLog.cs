namespace RollbackTools.Practice.Kubernetes.Storage;

/// <summary>The newest changes by version, for watches that start in the past. Not thread-safe: the store's lock guards it.</summary>
internal sealed class ChangeLog(int capacity)
{
    private readonly StoreEvent[] ring = new StoreEvent[capacity];

    /// <summary>The oldest version held; one past the newest when empty. Versions are consecutive.</summary>
    public long Oldest { get; private set; } = 2;

    public void Append(StoreEvent change)
    {
        ring[change.Version % ring.Length] = change;
        Oldest = Math.Max(Oldest, change.Version - ring.Length + 1);
    }

    public IEnumerable<StoreEvent> After(long version, long newest)
    {
        for (var at = Math.Max(version + 1, Oldest); at <= newest; at++) yield return ring[at % ring.Length];
    }

    public void Forget(long newest)
    {
        Array.Clear(ring);
        Oldest = newest + 1;
    }
}
