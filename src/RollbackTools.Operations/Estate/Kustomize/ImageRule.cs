using System.Text.RegularExpressions;

namespace RollbackTools.Operations.Estate.Kustomize;

/// <summary>
/// What Kustomize does with one entry of <c>images</c>. An entry's name is a regular expression for the whole image, after which a tag and a
/// digest may follow; so a name may carry a tag or digest itself. (kustomize api/internal/image and filters/imagetag.)
/// </summary>
public static class ImageRule
{
    private const int LongestPattern = 500;
    private const string Version = "[a-zA-Z0-9_.{}-]*";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Whether the entry changes an image. A name that is no regular expression matches nothing.</summary>
    public static bool Matches(ImageEntry entry, string image)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Name.Length > LongestPattern) return false;
        try
        {
            return Regex.IsMatch(image, $"^{entry.Name}(:{Version})?(@sha256:{Version})?\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>What the entry makes of an image that it matches.</summary>
    public static string Apply(ImageEntry entry, string image)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var (name, tag, digest) = Split(image);
        if (entry.NewName is { } other) name = other;
        if ((entry.NewTag ?? entry.Digest) is not null) (tag, digest) = (entry.NewTag, entry.Digest);
        else if (entry.TagSuffix is { } suffix) (tag, digest) = (tag + suffix, null);
        return name + (tag is null ? "" : $":{tag}") + (digest is null ? "" : $"@{digest}");
    }

    /// <summary>The image without its tag and digest. A ':' before the first '/' is a registry's port.</summary>
    public static string Repository(string image) => Split(image).Name;

    private static (string Name, string? Tag, string? Digest) Split(string image)
    {
        var at = image.IndexOf('@', Math.Max(0, image.IndexOf('/', StringComparison.Ordinal)));
        var digest = at < 0 ? null : image[(at + 1)..];
        var rest = at < 0 ? image : image[..at];
        var colon = rest.IndexOf(':', Math.Max(0, rest.IndexOf('/', StringComparison.Ordinal)));
        return colon < 0 ? (rest, null, digest) : (rest[..colon], rest[(colon + 1)..], digest);
    }
}
