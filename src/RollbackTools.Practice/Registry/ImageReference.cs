namespace RollbackTools.Practice.Registry;

/// <summary>A reference as it stands in a pod: <c>repository[:tag][@digest]</c>; no tag and no digest means <c>latest</c>.</summary>
public sealed record ImageReference(string Repository, string? Tag, string? Digest)
{
    /// <summary>Null when it is no image reference at all (the kubelet says InvalidImageName).</summary>
    public static ImageReference? Parse(string text)
    {
        if (text.Length == 0 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) return null;
        string? digest = null;
        if (text.IndexOf('@') is var at and > 0) (text, digest) = (text[..at], text[(at + 1)..]);
        if (digest is not null && !digest.StartsWith("sha256:", StringComparison.Ordinal)) return null;

        // A colon before the last slash is a registry's port.
        var colon = text.LastIndexOf(':');
        string? tag = null;
        if (colon > text.LastIndexOf('/')) (text, tag) = (text[..colon], text[(colon + 1)..]);
        if (text.Length == 0 || tag?.Length == 0 || text.Any(char.IsUpper)) return null;
        return new ImageReference(text, tag ?? (digest is null ? "latest" : null), digest);
    }
}
