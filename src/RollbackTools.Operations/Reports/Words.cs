using System.Globalization;

namespace RollbackTools.Operations.Reports;

/// <summary>Numbers as people read them.</summary>
public static class Words
{
    /// <summary>Two units at most, as kubectl ages: <c>6d4h</c>, <c>12m30s</c>, <c>850ms</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0}ms"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#}s"),
        { TotalHours: < 1 } => Pair((int)span.TotalMinutes, "m", span.Seconds, "s"),
        { TotalDays: < 1 } => Pair((int)span.TotalHours, "h", span.Minutes, "m"),
        _ => Pair((int)span.TotalDays, "d", span.Hours, "h"),
    };

    private static string Pair(int first, string unit, int second, string smaller) =>
        second == 0 ? $"{first}{unit}" : $"{first}{unit}{second}{smaller}";
}
