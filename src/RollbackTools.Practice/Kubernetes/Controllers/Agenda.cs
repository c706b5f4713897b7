namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>
/// What the control loop must do later. One timer for all of it, armed for the earliest entry; the loop runs what is due, so
/// entries never race with controllers. Used by the control loop only.
/// </summary>
public sealed class Agenda : IDisposable
{
    private readonly PriorityQueue<Action, (DateTimeOffset Due, long Order)> entries = new();
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;
    private long order;
    private volatile bool fired;

    /// <param name="time">The clock.</param>
    /// <param name="wake">Called from a timer's thread when something is due.</param>
    public Agenda(TimeProvider time, Action wake)
    {
        this.time = time;
        timer = time.CreateTimer(_ => { fired = true; wake(); }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>When the earliest entry is due.</summary>
    public DateTimeOffset? Next => entries.TryPeek(out _, out var at) ? at.Due : null;

    public bool HasDue => Next <= time.GetUtcNow();

    public void In(TimeSpan delay, Action action)
    {
        var due = time.GetUtcNow() + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        entries.Enqueue(action, (due, order++));
        if (due < armedFor) Arm();
    }

    public void RunDue()
    {
        // A timer may fire a little early, with nothing due yet: it must be armed again all the same.
        if (!HasDue && !fired) return;
        fired = false;
        var now = time.GetUtcNow();
        try
        {
            while (entries.TryPeek(out var action, out var at) && at.Due <= now)
            {
                entries.Dequeue();
                action();
            }
        }
        finally
        {
            Arm();
        }
    }

    public void Dispose() => timer.Dispose();

    private void Arm()
    {
        if (Next is not { } next)
        {
            armedFor = DateTimeOffset.MaxValue;
            return;
        }

        armedFor = next;
        // Far beyond what a timer takes (49 days), waking early is harmless: nothing is due yet and it is armed again.
        var wait = TimeSpan.FromTicks(Math.Clamp((next - time.GetUtcNow()).Ticks, TimeSpan.TicksPerMillisecond, TimeSpan.FromDays(1).Ticks));
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
