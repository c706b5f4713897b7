namespace RollbackTools.Tests.Support;

/// <summary>
/// A clock that stands still until told otherwise. <see cref="Advance"/> moves it through every timer that falls due, in order,
/// each firing at its own moment on the caller's thread. Thread-safe.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private readonly object gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = start ?? new DateTimeOffset(2026, 4, 27, 3, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers wait to fire: for tests that wait until something has been scheduled.</summary>
    public int PendingTimers
    {
        get { lock (gate) return timers.Count(timer => timer.Due is not null); }
    }

    /// <summary>Waits until something waits for exactly this long from now.</summary>
    public Task WaitForTimerAsync(TimeSpan due) => Eventually.TrueAsync(() =>
    {
        lock (gate) return timers.Exists(timer => timer.Due == now + due);
    }, $"a timer due in {due}");

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        lock (gate) timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset end;
        lock (gate) end = now + by;
        while (TakeDue(end) is { } timer) timer.Fire();
        lock (gate) now = end;
    }

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (gate)
        {
            var next = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is null) return null;
            if (next.Due > now) now = next.Due!.Value;
            next.Due = next.Period > TimeSpan.Zero ? now + next.Period : null;
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool due;
            lock (clock.gate)
            {
                if (!clock.timers.Contains(this)) return false;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime;
                Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                due = Due <= clock.now;
                if (due) Due = Period > TimeSpan.Zero ? clock.now + Period : null;
            }

            // As a real timer with no delay: soon, on another thread.
            if (due) ThreadPool.QueueUserWorkItem(_ => Fire());
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
