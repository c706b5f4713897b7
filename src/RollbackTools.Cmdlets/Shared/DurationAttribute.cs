using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// Lets a TimeSpan parameter be written as people write durations: <c>15m</c>, <c>90s</c>, <c>1h30m</c>, <c>2d</c>, <c>500ms</c>, as well as
/// <c>00:15:00</c> and a bare number of seconds. (PowerShell by itself reads '15' as 15 days and 15 as 1.5 microseconds.)
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed partial class DurationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = AsTyped.Value(inputData);
        return value switch
        {
            TimeSpan given => NotNegative(given, given.ToString()),
            string text => NotNegative(Parse(text), text),
            int or long or double or decimal => NotNegative(TimeSpan.FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture)), $"{value}"),
            _ => throw Unreadable($"{value}"),
        };
    }

    /// <summary>Throws <see cref="FormatException"/> with the accepted forms.</summary>
    public static TimeSpan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        if (double.TryParse(trimmed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)) return FromParts(seconds, 1000);
        if (trimmed.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(trimmed, CultureInfo.InvariantCulture, out var span)) return span;

        var match = Parts().Match(trimmed);
        if (!match.Success || trimmed.Length == 0) throw Unreadable(text);
        return Part(match, "d", 86_400_000) + Part(match, "h", 3_600_000) + Part(match, "m", 60_000) + Part(match, "s", 1000) + Part(match, "ms", 1);
    }

    private static TimeSpan Part(Match match, string name, double milliseconds) =>
        match.Groups[name] is { Success: true } part ? FromParts(double.Parse(part.Value, CultureInfo.InvariantCulture), milliseconds) : TimeSpan.Zero;

    private static TimeSpan FromParts(double count, double milliseconds)
    {
        var total = count * milliseconds;
        return total <= TimeSpan.FromDays(365).TotalMilliseconds
            ? TimeSpan.FromMilliseconds(total)
            : throw new FormatException("A duration is at most a year.");
    }

    private static TimeSpan NotNegative(TimeSpan span, string text) =>
        span >= TimeSpan.Zero ? span : throw new FormatException($"'{text}' is negative; a duration is not.");

    private static FormatException Unreadable(string text) =>
        new($"'{text}' is not a duration: write 90s, 15m, 1h30m, 2d or 00:15:00.");

    [GeneratedRegex(
        @"^((?<d>\d+(\.\d+)?)d)?\s*((?<h>\d+(\.\d+)?)h)?\s*((?<m>\d+(\.\d+)?)m(?!s))?\s*((?<s>\d+(\.\d+)?)s)?\s*((?<ms>\d+(\.\d+)?)ms)?$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Parts();
}
