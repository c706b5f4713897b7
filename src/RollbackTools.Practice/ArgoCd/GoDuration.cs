using System.Globalization;
using System.Text.RegularExpressions;

namespace RollbackTools.Practice.ArgoCd;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>5s</c>, <c>300ms</c>.</summary>
internal static partial class GoDuration
{
    /// <summary>Throws <see cref="FormatException"/> when it is none.</summary>
    public static TimeSpan Parse(string text)
    {
        var whole = Whole().Match(text);
        if (!whole.Success) throw new FormatException($"time: invalid duration \"{text}\"");
        var span = TimeSpan.Zero;
        for (var i = 0; i < whole.Groups["number"].Captures.Count; i++)
        {
            var number = double.Parse(whole.Groups["number"].Captures[i].Value, CultureInfo.InvariantCulture);
            span += whole.Groups["unit"].Captures[i].Value switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                _ => TimeSpan.FromMilliseconds(number),
            };
        }

        return span;
    }

    /// <summary>A bare number is seconds, as in retry strategies.</summary>
    public static TimeSpan ParseOrSeconds(string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : Parse(text);

    [GeneratedRegex("^((?<number>[0-9]+(\\.[0-9]+)?)(?<unit>h|ms|m|s))+$")]
    private static partial Regex Whole();
}
