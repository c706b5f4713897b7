namespace RollbackTools.Practice.Traffic;

/// <summary>What happened to the requests sent in one stretch of time, a second unless chosen otherwise.</summary>
public sealed record TrafficSlot(DateTimeOffset Start, int Succeeded, int Failed);

/// <summary>Requests counted over time. Thread-safe.</summary>
public sealed class TrafficTimeline(TimeSpan? slot = null)
{
    private readonly long slotTicks = (slot ?? TimeSpan.FromSeconds(1)).Ticks;
    private readonly object gate = new();
    private readonly SortedDictionary<long, (int Succeeded, int Failed)> slots = [];

    /// <summary>In order; stretches without a request are absent.</summary>
    public IReadOnlyList<TrafficSlot> Slots
    {
        get
        {
            lock (gate) return [.. slots.Select(pair => new TrafficSlot(Start(pair.Key), pair.Value.Succeeded, pair.Value.Failed))];
        }
    }

    public void Count(DateTimeOffset moment, bool succeeded)
    {
        var key = moment.UtcTicks / slotTicks;
        lock (gate)
        {
            var (good, bad) = slots.GetValueOrDefault(key);
            slots[key] = succeeded ? (good + 1, bad) : (good, bad + 1);
        }
    }

    private DateTimeOffset Start(long key) => new(key * slotTicks, TimeSpan.Zero);
}
