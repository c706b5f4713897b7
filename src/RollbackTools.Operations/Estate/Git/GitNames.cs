using RollbackTools.Operations.Argo.ImageUpdates;

namespace RollbackTools.Operations.Estate.Git;

/// <summary>
/// Names as Git allows them (git check-ref-format), and stricter where a name could be taken for something else. Each
/// returns its argument or throws <see cref="FormatException"/>.
/// </summary>
public static class GitNames
{
    private const int Longest = 250;

    public static string Branch(string name) => Reference(name, "branch");

    public static string Tag(string name) => Reference(name, "tag");

    /// <summary>A tag name in which * and ? stand for any characters.</summary>
    public static string TagPattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Reference(pattern.Replace('*', 'x').Replace('?', 'x'), "tag pattern");
        return pattern;
    }

    /// <summary>A full object id, SHA-1 or SHA-256.</summary>
    public static string Id(string id) => IsId(id) ? id : throw new FormatException($"'{Show(id)}' is not a commit id.");

    public static bool IsId(string text) => text is { Length: 40 or 64 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>A path inside a repository, with '/'; the empty path is the root. Slashes around it are dropped.</summary>
    public static string Path(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var inside = path.Replace('\\', '/').TrimEnd('/');
        if (inside.StartsWith("./", StringComparison.Ordinal)) inside = inside[2..];
        if (inside is "" or ".") return "";
        var parts = inside.Split('/');
        var wrong = inside.Length > 4000 ? "is too long"
            : parts.Any(part => part.Length == 0) ? "is absolute or has an empty part"
            : parts.Any(part => part is "." or "..") ? "must not contain '.' or '..'"
            : parts.Any(part => part.Equals(".git", StringComparison.OrdinalIgnoreCase)) ? "lies in Git's own directory"
            : inside.Any(char.IsControl) ? "contains control characters"
            : inside[0] is '-' or ':' || inside.Length > 1 && inside[1] == ':' && char.IsAsciiLetter(inside[0]) ? "is no relative path"
            : null;
        return wrong is null ? inside : throw new FormatException($"The path '{Show(path)}' {wrong}: write it relative to the repository's root.");
    }

    /// <summary>The path of a file in a directory; either may be empty.</summary>
    public static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    private static string Reference(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wrong = name.Length is 0 or > Longest ? "is empty or too long"
            : name[0] is '-' or '/' or '+' or '^' ? $"must not start with '{name[0]}'"
            : name.StartsWith("refs/", StringComparison.Ordinal) ? "is a full ref; write the name after refs/heads/ or refs/tags/"
            : name is "HEAD" or "@" ? "is not a name of its own"
            : name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is ':' or '?' or '[' or '\\' or '^' or '~' or '*') ? "has a character Git does not allow"
            : name.Contains("..", StringComparison.Ordinal) || name.Contains("@{", StringComparison.Ordinal) || name.Contains("//", StringComparison.Ordinal) ? "must not contain '..', '@{' or '//'"
            : name[^1] is '/' or '.' || name.Split('/').Any(part => part[0] == '.' || part.EndsWith(".lock", StringComparison.Ordinal)) ? "has a part Git does not allow"
            : null;
        return wrong is null ? name : throw new FormatException($"The {what} '{Show(name)}' {wrong}.");
    }

    private static string Show(string text) => new([.. text.Take(80).Select(c => char.IsControl(c) ? '\uFFFD' : c)]);
}
