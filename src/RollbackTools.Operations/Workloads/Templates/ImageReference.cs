using System.Text.RegularExpressions;
using RollbackTools.Operations.Argo.ImageUpdates;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>
/// <c>registry:5000/team/app:tag@sha256:…</c>, by the grammar of distribution/reference that container runtimes and the kubelet
/// use: <c>[host[:port]/]path[:tag][@digest]</c>. What precedes the first '/' is a host when it holds a '.' or ':' or is localhost;
/// path components are lower-case.
/// </summary>
public sealed partial record ImageReference(string Repository, string? Tag, string? Digest)
{
    private const int LongestRepository = 255;

    /// <summary>Throws <see cref="FormatException"/> saying which part of the text is wrong, and why.</summary>
    public static ImageReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text;
        string? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            digest = CheckDigest(rest[(at + 1)..]);
            rest = rest[..at];
        }

        string? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            tag = CheckTag(rest[(colon + 1)..]);
            rest = rest[..colon];
        }

        CheckRepository(text, rest);
        return new ImageReference(rest, tag, digest);
    }

    /// <summary>Null for a text that no image can have.</summary>
    public static ImageReference? ParseOrNull(string text)
    {
        try
        {
            return Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The same repository at another tag. A digest would win over the tag, so it goes.</summary>
    public ImageReference WithTag(string tag) => this with { Tag = CheckTag(tag), Digest = null };

    /// <summary>The same repository pinned to a digest; the tag goes, since it would only pretend to matter.</summary>
    public ImageReference WithDigest(string digest) => this with { Tag = null, Digest = CheckDigest(digest) };

    public override string ToString() =>
        Repository + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    internal static string CheckTag(string tag) => TagPattern().IsMatch(tag)
        ? tag
        : throw new FormatException($"'{tag}' is not an image tag: letters, digits, '_', '.' and '-', at most 128, not starting with '.' or '-'.");

    internal static string CheckDigest(string digest) => DigestPattern().IsMatch(digest)
        ? digest
        : throw new FormatException($"'{digest}' is not an image digest: expected sha256: and 64 lower-case hex digits.");

    private static void CheckRepository(string text, string repository)
    {
        var parts = repository.Split('/');
        var hasHost = parts.Length > 1 && IsHost(parts[0]);
        if (hasHost && !HostPattern().IsMatch(parts[0]))
            throw Wrong(text, $"'{parts[0]}' is not a registry's host[:port]");
        foreach (var part in hasHost ? parts[1..] : parts)
        {
            if (part.Length == 0) throw Wrong(text, repository.Length == 0 ? "the repository is missing" : "a part of the repository between '/' is empty");
            if (part.Contains(':', StringComparison.Ordinal)) throw Wrong(text, $"'{part}' has a ':' that is neither a port's nor the tag's");
            if (PathPattern().IsMatch(part)) continue;
            throw Wrong(text, part.Any(char.IsAsciiLetterUpper)
                ? $"the repository part '{part}' must be lower-case"
                : $"the repository part '{part}' must be lower-case letters and digits, separated by one '.', one or two '_', or '-'");
        }

        if (repository.Length > LongestRepository) throw Wrong(text[..60] + "…", $"the repository is longer than {LongestRepository} characters");
    }

    // The runtimes' rule (splitDockerDomain), or library/App would be a host nobody has.
    private static bool IsHost(string first) => first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";

    private static FormatException Wrong(string text, string why) =>
        new($"'{text}' is not an image reference: {why}. Expected [registry/]repository[:tag][@sha256:digest].");

    [GeneratedRegex(@"\A\w[\w.-]{0,127}\z", RegexOptions.ECMAScript)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\z")]
    private static partial Regex DigestPattern();

    [GeneratedRegex(@"\A([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(:[0-9]+)?\z")]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*\z")]
    private static partial Regex PathPattern();
}
