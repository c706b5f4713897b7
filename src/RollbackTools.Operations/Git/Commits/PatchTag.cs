using System.Globalization;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>The next patch version: v1.4.7 after v1.4.6, release/v2.0.1 after release/v2.0.0; annotated if the last one is.</summary>
internal static partial class PatchTag
{
    /// <summary>Null when no tag ends in a version; pre-releases do not count.</summary>
    public static (string Name, bool Annotated)? After(IReadOnlyList<GitTag> highestFirst)
    {
        foreach (var tag in highestFirst)
        {
            var match = Version().Match(tag.Name);
            if (match.Success && long.TryParse(match.Groups["patch"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var patch))
                return (string.Create(CultureInfo.InvariantCulture, $"{match.Groups["rest"].Value}{patch + 1}"), tag.Annotated);
        }

        return null;
    }

    [GeneratedRegex(@"^(?<rest>.*?\d+\.\d+\.)(?<patch>\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}
