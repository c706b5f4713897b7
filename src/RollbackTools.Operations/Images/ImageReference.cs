namespace RollbackTools.Operations.Images;

/// <summary>
/// <c>registry:5000/team/app:tag@sha256:…</c>, split the way the container runtime does: the tag is what follows the last ':'
/// after the last '/', the digest what follows '@'.
/// </summary>
public sealed record ImageReference(string Repository, string? Tag, string? Digest)
{
    /// <summary>Throws <see cref="FormatException"/> saying what is wrong with the text.</summary>
    public static ImageReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text;
        string? digest = null;
        if (rest.IndexOf('@') is >= 0 and var at)
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

        if (rest.Length is 0 or > 255 || !rest.All(IsRepositoryCharacter) || rest.Split('/').Any(part => part.Length == 0))
            throw new FormatException($"'{text}' is not an image reference: expected [registry/]repository[:tag][@sha256:digest].");
        return new ImageReference(rest, tag, digest);
    }

    /// <summary>The same repository at another tag. A digest would win over the tag, so it goes.</summary>
    public ImageReference WithTag(string tag) => this with { Tag = CheckTag(tag), Digest = null };

    /// <summary>The same repository pinned to a digest; the tag goes, since it would only pretend to matter.</summary>
    public ImageReference WithDigest(string digest) => this with { Tag = null, Digest = CheckDigest(digest) };

    public override string ToString() =>
        Repository + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    private static bool IsRepositoryCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':' or '[' or ']';

    private static string CheckTag(string tag)
    {
        if (tag.Length is 0 or > 128 || tag[0] is '.' or '-' || !tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new FormatException($"'{tag}' is not an image tag: letters, digits, '_', '.' and '-', at most 128, not starting with '.' or '-'.");
        return tag;
    }

    private static string CheckDigest(string digest)
    {
        var parts = digest.Split(':');
        if (parts.Length != 2 || parts[0] != "sha256" || parts[1].Length != 64 || !parts[1].All(char.IsAsciiHexDigitLower))
            throw new FormatException($"'{digest}' is not an image digest: expected sha256: and 64 lower-case hex digits.");
        return digest;
    }
}
