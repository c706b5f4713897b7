namespace RollbackTools.Operations.Estate.Kustomize;

/// <summary>
/// Reads and edits the files in which Kustomize and Argo CD keep images, byte for byte: comments, order, quoting, line ends
/// and everything else that was not asked about stay. Throws <see cref="Runs.RollbackException"/> (KustomizationUnreadable,
/// KustomizationNotEditable, ImageNotInKustomization, AmbiguousImage) rather than guess.
/// </summary>
public interface IKustomizeFiles
{
    /// <summary><paramref name="path"/> names the file in errors, and tells an Argo CD override (<c>.argocd-source-…</c>) from a kustomization.</summary>
    KustomizeFile Read(string path, ReadOnlyMemory<byte> content);

    /// <summary>By the pin's name, among the entries of this file alone.</summary>
    KustomizeEdit SetImage(string path, ReadOnlyMemory<byte> content, ImagePin pin);

    /// <summary>By its place in <see cref="KustomizeFile.Images"/>; null: an entry is added.</summary>
    KustomizeEdit SetImage(string path, ReadOnlyMemory<byte> content, ImagePin pin, int? index);
}

/// <summary>What matters of a file: the images it sets, and the other places that set some too.</summary>
public sealed record KustomizeFile
{
    public IReadOnlyList<ImageEntry> Images { get; init; } = [];

    /// <summary>Directories and files it builds upon: bases, resources and components, as written.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Components { get; init; } = [];
}

/// <summary>One entry of <c>images</c>.</summary>
public sealed record ImageEntry
{
    public string Name { get; init; } = "";

    public string? NewName { get; init; }

    public string? NewTag { get; init; }

    public string? Digest { get; init; }

    /// <summary>Follows the image's own tag; without effect beside a tag or digest that is set.</summary>
    public string? TagSuffix { get; init; }

    /// <summary>Whether the entry sets a tag or digest, and not another name alone.</summary>
    public bool HasVersion => (NewTag ?? Digest ?? TagSuffix) is not null;

    /// <summary>The image's name without a tag or digest, as it becomes. The entry's own name may carry one.</summary>
    public string Repository => NewName ?? ImageRule.Repository(Name);

    /// <summary>What becomes of the image: <c>reg/api:41</c>, <c>reg/api@sha256:…</c>; the name alone when nothing is set.</summary>
    public override string ToString() => Repository + (NewTag is null ? "" : $":{NewTag}") + (Digest is null ? "" : $"@{Digest}");
}

/// <summary>
/// What an image is to be set to. A tag alone takes a digest away (the digest would win), a digest alone takes the tag away
/// (it would only pretend to matter).
/// </summary>
public sealed record ImagePin
{
    /// <summary>The entry's name, or the name it is changed to, or the last part of it when only one entry ends so.</summary>
    public string Name { get; init; } = "";

    /// <summary>The image that runs and is to go, when that is known: of several entries with one name, it tells which is meant.</summary>
    public string? Running { get; init; }

    public string? NewName { get; init; }

    public string? Tag { get; init; }

    public string? Digest { get; init; }

    /// <summary>Add an entry when there is none.</summary>
    public bool Add { get; init; }

    /// <summary>What is not set here is taken away, too: puts an entry back as it was.</summary>
    public bool Exactly { get; init; }

    public override string ToString() => new ImageEntry { Name = Name, NewName = NewName, NewTag = Tag, Digest = Digest }.ToString();
}

/// <summary>An edit: the new bytes, and the entry before (null: added) and after.</summary>
public sealed record KustomizeEdit(ReadOnlyMemory<byte> Content, ImageEntry? Before, ImageEntry After)
{
    public bool Changed => Before != After;
}
