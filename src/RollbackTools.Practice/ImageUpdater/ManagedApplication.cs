using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>One Application under Image Updater's care, and what has been asked for it.</summary>
internal sealed record ManagedApplication(StoredObject Application, WriteBack WriteBack, IReadOnlyList<ManagedImage> Images);

/// <param name="Repository">The image without its tag.</param>
/// <param name="Constraint">What stands in the tag's place: a version constraint.</param>
/// <param name="KustomizeName">The name in the kustomization, when it is another than the image's.</param>
internal sealed record ManagedImage(string Alias, string Repository, string Constraint, string? KustomizeName, UpdateSettings Settings)
{
    /// <summary>How <c>kustomize edit set image</c> would be told.</summary>
    public string Entry(string tag) => KustomizeName is null ? $"{Repository}:{tag}" : $"{KustomizeName}={Repository}:{tag}";

    /// <summary>The image without its registry, as commit messages name it.</summary>
    public string ShortName => Repository.Split('/', 2) is [var first, var rest] && (first.Contains('.') || first.Contains(':') || first == "localhost")
        ? rest
        : Repository;
}

/// <summary>The settings that every level may give; a lower level's takes the place of a higher one's, whole.</summary>
internal sealed record UpdateSettings(string? Strategy, string? AllowTags, IReadOnlyList<string>? IgnoreTags)
{
    public static UpdateSettings None { get; } = new(null, null, null);

    public UpdateSettings Under(UpdateSettings lower) =>
        new(lower.Strategy ?? Strategy, lower.AllowTags ?? AllowTags, lower.IgnoreTags ?? IgnoreTags);
}

/// <summary>Where a new tag is written.</summary>
/// <param name="Git">Into Git; else into the Application itself.</param>
/// <param name="Repository">Null for the Application's own.</param>
/// <param name="Branch">Null for the Application's target revision.</param>
/// <param name="Target">Null for the override file; <c>kustomization[:path]</c>.</param>
internal sealed record WriteBack(bool Git, string? Repository, string? Branch, string? Target)
{
    public static WriteBack None { get; } = new(false, null, null, null);
}
