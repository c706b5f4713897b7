using System.Globalization;

namespace RollbackTools.Benchmarks;

/// <summary>Markdown tables. Ratios are to the row named first: machines differ, ratios less so.</summary>
internal sealed class Report(TextWriter output)
{
    public void Line(string text) => output.WriteLine(text);

    public void Table(string[] header, IEnumerable<string[]> rows)
    {
        output.WriteLine($"| {string.Join(" | ", header)} |");
        output.WriteLine($"|{string.Concat(header.Select((_, i) => i == 0 ? " --- |" : " ---: |"))}");
        foreach (var row in rows) output.WriteLine($"| {string.Join(" | ", row)} |");
    }

    /// <summary>Times of several ways to do the same; the first is the reference.</summary>
    public void Compare(string what, params (string Way, Samples Times)[] ways)
    {
        var reference = ways[0].Times.Median;
        Table([what, "median", "fastest", "slowest", "runs", $"{ways[0].Way} is faster by"],
            ways.Select((way, i) => (string[])[
                way.Way, Ms(way.Times.Median), Ms(way.Times.Fastest), Ms(way.Times.Slowest), $"{way.Times.Count}",
                i == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{way.Times.Median / reference:0.0}×")]));
    }

    public static string Ms(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:#,0.0} ms");

    public static string Mb(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:#,0.0} MB");
}

/// <summary>Measured times.</summary>
internal sealed class Samples
{
    private readonly List<TimeSpan> times = [];

    public int Count => times.Count;

    public TimeSpan Fastest => times.Min();

    public TimeSpan Slowest => times.Max();

    public TimeSpan Median => times.Order().ElementAt(times.Count / 2);

    public void Add(TimeSpan time) => times.Add(time);
}
