namespace RollbackTools.Practice.Estates;

/// <summary>
/// A clock that may start in the past and be moved forward until it joins the present; from then on it is the system's. It always
/// ticks at the system's pace, and its timers run in the system's time. Thread-safe.
/// </summary>
public sealed class PracticeClock : TimeProvider
{
    private long behind;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromTicks(Interlocked.Read(ref behind));

    /// <summary>How far in the past it is.</summary>
    public TimeSpan Behind => TimeSpan.FromTicks(Interlocked.Read(ref behind));

    public void GoBack(TimeSpan by) => Interlocked.Add(ref behind, by.Ticks);

    /// <summary>Moves forward, at most to the present.</summary>
    public void Advance(TimeSpan by)
    {
        var left = Math.Max(0, Interlocked.Read(ref behind) - Math.Max(0, by.Ticks));
        Interlocked.Exchange(ref behind, left);
    }

    public void JoinPresent() => Interlocked.Exchange(ref behind, 0);
}
