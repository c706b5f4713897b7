using System.Globalization;

namespace RollbackTools.Practice.Drills;

/// <summary>What is left to read when a drill is over: what happened when, what customers saw of it, where the record lies.</summary>
internal static class DrillReport
{
    private static readonly TimeSpan Mark = TimeSpan.FromMilliseconds(100);

    public static void Write(DrillScreen screen, Timeline timeline, TrafficMeter traffic, IReadOnlyList<string> journals)
    {
        screen.Heading("Timeline");
        var width = timeline.Moments.Count == 0 ? 0 : timeline.Moments.Max(moment => moment.What.Length);
        foreach (var moment in timeline.Moments) screen.Line($"{Seconds(moment.At)}  {moment.What.PadRight(width)}  {moment.Detail}");
        screen.Line();
        var samples = traffic.Since(TimeSpan.Zero);
        var failed = samples.Count(sample => !sample.Answered);
        screen.Line($"Customers, a mark for every {Mark.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s (. served, x some failed, X all failed):");
        foreach (var row in Strip(samples).Chunk(100)) screen.Line($"  {new string(row)}");
        screen.Line($"Requests: {samples.Count} sent, {failed} failed{(failed > 0 ? $", over {Broken(samples)}" : "")}.");
        foreach (var journal in journals) screen.Line($"Record: {journal}");
    }

    public static IEnumerable<char> Strip(IReadOnlyList<TrafficSample> samples)
    {
        var slots = samples.GroupBy(sample => (int)(sample.At / Mark)).ToDictionary(slot => slot.Key, slot => slot.ToList());
        for (var at = 0; slots.Count > 0 && at <= slots.Keys.Max(); at++)
            yield return !slots.TryGetValue(at, out var slot) ? ' ' : slot.All(s => s.Answered) ? '.' : slot.Any(s => s.Answered) ? 'x' : 'X';
    }

    private static string Broken(IReadOnlyList<TrafficSample> samples)
    {
        var bad = samples.Where(sample => !sample.Answered).ToList();
        return Seconds(bad.Max(sample => sample.At) - bad.Min(sample => sample.At)).Trim();
    }

    private static string Seconds(TimeSpan at) => string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,6:0.00} s");
}
