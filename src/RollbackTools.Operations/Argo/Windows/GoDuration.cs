using System.Globalization;
using System.Text.RegularExpressions;

namespace RollbackTools.Operations.Argo.Windows;

/// <summary>Durations as Go writes them: <c>8h</c>, <c>1h30m</c>, <c>1.5h</c>.</summary>
public static partial class GoDuration
{
    /// <summary>Throws <see cref="FormatException"/>.</summary>
    public static TimeSpan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "0") return TimeSpan.Zero;
        if (!Whole().IsMatch(text)) throw new FormatException($"'{text}' is not a duration such as 8h or 1h30m.");
        var seconds = Part().Matches(text).Sum(part => double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * Seconds(part.Groups[2].Value));
        return seconds <= TimeSpan.FromDays(3660).TotalSeconds ? TimeSpan.FromSeconds(seconds) : throw new FormatException($"'{text}' is longer than ten years.");
    }

    private static double Seconds(string unit) => unit switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 1e-3, "us" or "µs" => 1e-6, _ => 1e-9 };

    [GeneratedRegex(@"^([0-9]+(\.[0-9]+)?(h|ms|m|s|us|µs|ns))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(h|ms|m|s|us|µs|ns)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
