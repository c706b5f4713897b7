using System.Globalization;
using System.Text.RegularExpressions;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>A version as tags have it: <c>v1.2.3-rc.1</c>, with or without the <c>v</c>, and with parts left out.</summary>
internal sealed partial record SemanticVersion(long Major, long Minor, long Patch, string Pre) : IComparable<SemanticVersion>
{
    /// <summary>How many of the three numbers were written.</summary>
    public int Parts { get; private init; } = 3;

    public static SemanticVersion? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success) return null;
        return new SemanticVersion(Number(1), Number(2), Number(3), match.Groups[4].Value)
        {
            Parts = match.Groups[3].Success ? 3 : match.Groups[2].Success ? 2 : 1,
        };

        long Number(int group) => Numeric(match.Groups[group].Value) ?? 0;
    }

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null) return 1;
        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (numbers != 0 || Pre == other.Pre) return numbers;
        if (Pre.Length == 0) return 1;
        return other.Pre.Length == 0 ? -1 : ComparePre(Pre.Split('.'), other.Pre.Split('.'));
    }

    private static int ComparePre(string[] one, string[] other)
    {
        for (var i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            var (a, b) = (Numeric(one[i]), Numeric(other[i]));
            var order = (a, b) switch
            {
                (not null, not null) => a.Value.CompareTo(b.Value),
                (not null, null) => -1,
                (null, not null) => 1,
                _ => string.CompareOrdinal(one[i], other[i]),
            };
            if (order != 0) return order;
        }

        return one.Length.CompareTo(other.Length);
    }

    private static long? Numeric(string part) => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$")]
    private static partial Regex Form();
}
