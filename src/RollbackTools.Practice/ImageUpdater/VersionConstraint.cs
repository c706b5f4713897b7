using System.Text.RegularExpressions;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>
/// Which versions may be taken: <c>2.x</c>, <c>~1.2</c>, <c>^1.2.3</c>, <c>&gt;=1.2, &lt;2 || 3.x</c>. Pre-releases only when the
/// constraint itself names one.
/// </summary>
internal sealed partial class VersionConstraint
{
    private readonly IReadOnlyList<IReadOnlyList<(string Operator, SemanticVersion Version)>> alternatives;

    private VersionConstraint(IReadOnlyList<IReadOnlyList<(string, SemanticVersion)>> alternatives) => this.alternatives = alternatives;

    /// <summary>Throws <see cref="FormatException"/>.</summary>
    public static VersionConstraint Parse(string text) =>
        new([.. text.Split("||").Select(part => (IReadOnlyList<(string, SemanticVersion)>)[.. All(part, text)])]);

    public bool Allows(SemanticVersion version) => alternatives.Any(all => all.All(one => Holds(one.Operator, one.Version, version))
        && (version.Pre.Length == 0 || all.Any(one => one.Version.Pre.Length > 0)));

    private static IEnumerable<(string, SemanticVersion)> All(string part, string text)
    {
        foreach (var word in Spaces().Replace(part.Trim(), "$1").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Form().Match(word);
            if (!match.Success) throw new FormatException($"improper constraint: {text}");
            if (match.Groups[2].Value is "*" or "x" or "X" or "") continue;
            var version = SemanticVersion.Parse(Wildcard().Replace(match.Groups[2].Value, ""));
            yield return (match.Groups[1].Value, version ?? throw new FormatException($"improper constraint: {text}"));
        }
    }

    private static bool Holds(string sign, SemanticVersion wanted, SemanticVersion version)
    {
        var order = version.CompareTo(wanted);
        var minor = version.Major == wanted.Major && (wanted.Parts < 2 || version.Minor == wanted.Minor);
        var prefix = minor && (wanted.Parts < 3 || version.Patch == wanted.Patch);
        return sign switch
        {
            ">" => wanted.Parts == 3 ? order > 0 : order > 0 && !prefix,
            ">=" => order >= 0,
            "<" => order < 0,
            "<=" => order <= 0 || (wanted.Parts < 3 && prefix),
            "!=" => wanted.Parts == 3 ? order != 0 : !prefix,
            "~" or "~>" => order >= 0 && minor,

            // The first number that is not zero stays.
            "^" => order >= 0 && (wanted.Major > 0 ? version.Major == wanted.Major : wanted.Minor > 0 ? minor : prefix),
            _ => wanted.Parts == 3 ? order == 0 : prefix,
        };
    }

    [GeneratedRegex(@"([<>=!~^])\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(=|==|!=|>=|<=|>|<|~>|~|\^)?(.*)$")]
    private static partial Regex Form();

    [GeneratedRegex(@"(\.[xX*])+$")]
    private static partial Regex Wildcard();
}
