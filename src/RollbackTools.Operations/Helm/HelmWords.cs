using System.Globalization;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate.Helm;

namespace RollbackTools.Operations.Helm;

/// <summary>What Helm writes into descriptions, which is all that older records tell.</summary>
internal static partial class HelmWords
{
    private const int Longest = 300;

    /// <summary>The revision of <c>Rollback to 3</c>, also where a repair noted something behind it.</summary>
    public static int? RollbackOf(string? description) =>
        description is not null && RollbackTo().Match(description) is { Success: true } match
        && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null;

    /// <summary>
    /// Whether this revision failed, also where its status says otherwise: a rollback whose own apply fails marks what it came from as superseded.
    /// </summary>
    public static bool Failed(string status, string? description) =>
        status == HelmStatus.Failed || (description is not null && FailedText().IsMatch(description));

    /// <summary>A description on one line and of readable length.</summary>
    public static string Line(string description)
    {
        var line = new string([.. description.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return line.Length <= Longest ? line : line[..Longest] + "…";
    }

    [GeneratedRegex(@"^Rollback to (\d{1,9})(;|$)")]
    private static partial Regex RollbackTo();

    [GeneratedRegex("^(Upgrade|Rollback|Release|Install)\\b.{0,80}? failed: ")]
    private static partial Regex FailedText();
}
