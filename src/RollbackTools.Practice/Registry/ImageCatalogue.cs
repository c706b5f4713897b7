using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace RollbackTools.Practice.Registry;

/// <summary>
/// All the registries of the practice world. A repository it knows has exactly the tags it was given: another tag is an image
/// pull error. Of repositories it does not know any tag exists and is healthy, unless its name says otherwise (<c>crash</c>,
/// <c>slow</c>, <c>errors</c>, <c>leak</c> or <c>flap</c>, <c>missing</c> or <c>bad</c>, <c>notready</c>, <c>hang</c>, <c>badconfig</c>,
/// <c>fail</c>). Thread-safe.
/// </summary>
public sealed class ImageCatalogue
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, CatalogueImage>> repositories = new();

    /// <summary>Pushes a tag; pushing it again moves it. The digest follows from repository and tag unless given.</summary>
    public CatalogueImage Push(
        string repository, string tag, ImageBehaviour? behaviour = null, string? digest = null, DateTimeOffset pushed = default)
    {
        CatalogueImage image = new(repository, tag, digest ?? DigestOf(repository, tag), behaviour ?? new ImageBehaviour.Healthy()) { Pushed = pushed };
        repositories.GetOrAdd(repository, _ => new())[tag] = image;
        return image;
    }

    /// <summary>Deletes a tag, as a registry's retention policy would.</summary>
    public bool Remove(string repository, string tag) =>
        repositories.TryGetValue(repository, out var tags) && tags.TryRemove(tag, out _);

    /// <summary>Every tag of a repository, as a registry lists them; none for a repository it does not know.</summary>
    public IReadOnlyList<CatalogueImage> Tags(string repository) =>
        repositories.TryGetValue(repository, out var tags) ? [.. tags.Values.OrderBy(image => image.Tag, StringComparer.Ordinal)] : [];

    /// <summary>What a pull of this reference gets; null when the registry has no such image.</summary>
    public CatalogueImage? Resolve(ImageReference reference)
    {
        if (!repositories.TryGetValue(reference.Repository, out var tags)) return Unknown(reference);
        if (reference.Digest is { } digest) return tags.Values.FirstOrDefault(image => image.Digest == digest);
        return tags.GetValueOrDefault(reference.Tag!);
    }

    /// <summary>The digest a tag of this name gets.</summary>
    public static string DigestOf(string repository, string tag) =>
        "sha256:" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{repository}:{tag}"))).ToLowerInvariant();

    private static CatalogueImage? Unknown(ImageReference reference)
    {
        var tag = reference.Tag ?? "";
        if (IsMissing(tag)) return null;
        return new CatalogueImage(reference.Repository, tag, reference.Digest ?? DigestOf(reference.Repository, tag), Named(tag));
    }

    private static bool IsMissing(string tag)
    {
        bool Says(string word) => tag.Contains(word, StringComparison.Ordinal);
        return Says("missing") || (Says("bad") && !Says("badconfig") && !Says("crash"));
    }

    private static ImageBehaviour Named(string tag)
    {
        bool Says(string word) => tag.Contains(word, StringComparison.Ordinal);
        if (Says("crash") || Says("fail")) return new ImageBehaviour.CrashLoop();
        if (Says("slow")) return new ImageBehaviour.SlowStart(30);
        if (Says("errors")) return new ImageBehaviour.ErrorRate(0.5);
        if (Says("leak") || Says("flap")) return new ImageBehaviour.MemoryLeak();
        if (Says("notready")) return new ImageBehaviour.NotReady();
        if (Says("hang")) return new ImageBehaviour.Hang();
        if (Says("badconfig")) return new ImageBehaviour.BadConfig();
        return new ImageBehaviour.Healthy();
    }
}
