using System.Text.RegularExpressions;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>Which of a repository's tags is the newest that may be taken.</summary>
internal static class TagSelection
{
    private const string AsPattern = "regexp:";

    /// <summary>Null when no tag may be taken. Throws <see cref="FormatException"/> for settings that make no sense.</summary>
    public static CatalogueImage? Newest(IEnumerable<CatalogueImage> tags, ManagedImage image)
    {
        var allowed = tags.Where(tag => IsAllowed(tag.Tag, image.Settings.AllowTags) && !IsIgnored(tag.Tag, image.Settings.IgnoreTags));
        switch (image.Settings.Strategy?.ToLowerInvariant())
        {
            case "newest-build" or "latest":
                return allowed.OrderBy(tag => tag.Pushed).ThenBy(tag => tag.Tag, StringComparer.Ordinal).LastOrDefault();
            case "alphabetical" or "name":
                return allowed.OrderBy(tag => tag.Tag, StringComparer.Ordinal).LastOrDefault();
            case "digest":
                throw new FormatException("the update strategy 'digest' is not followed in the practice estate");
            default:
                var constraint = VersionConstraint.Parse(image.Constraint);
                return allowed.Select(tag => (Tag: tag, Version: SemanticVersion.Parse(tag.Tag)))
                    .Where(one => one.Version is not null && constraint.Allows(one.Version)).OrderBy(one => one.Version).LastOrDefault().Tag;
        }
    }

    private static bool IsAllowed(string tag, string? allow)
    {
        if (allow is null or "" or "any") return true;
        return allow.StartsWith(AsPattern, StringComparison.Ordinal)
            ? Regex.IsMatch(tag, allow[AsPattern.Length..], RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
            : throw new FormatException($"invalid match option syntax '{allow}', ignoring");
    }

    private static bool IsIgnored(string tag, IReadOnlyList<string>? ignored) => ignored?.Any(pattern => GlobPattern.Matches(pattern, tag)) == true;
}
