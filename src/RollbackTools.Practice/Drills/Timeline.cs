namespace RollbackTools.Practice.Drills;

/// <summary>What happened when, in the drill's own order.</summary>
internal sealed class Timeline(TimeProvider time)
{
    private readonly List<Moment> moments = [];
    private readonly long start = time.GetTimestamp();

    public IReadOnlyList<Moment> Moments => moments;

    /// <summary>Since the timeline began.</summary>
    public TimeSpan Now => time.GetElapsedTime(start);

    public Moment Mark(string what, string detail = "")
    {
        Moment moment = new(Now, what, detail);
        moments.Add(moment);
        return moment;
    }
}

/// <summary>One line of the timeline; <see cref="At"/> counts from its beginning.</summary>
internal sealed record Moment(TimeSpan At, string What, string Detail);
