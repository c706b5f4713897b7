namespace RollbackTools.Practice.Registry;

/// <summary>An image a registry has: what <c>repository:tag</c> points to.</summary>
public sealed record CatalogueImage(string Repository, string Tag, string Digest, ImageBehaviour Behaviour)
{
    /// <summary>As a node reports it in <c>imageID</c>.</summary>
    public string Id => $"{Repository}@{Digest}";

    /// <summary>When it was built and pushed; nobody asks of images that were never pushed here.</summary>
    public DateTimeOffset Pushed { get; init; }

    /// <summary>Bytes, compressed.</summary>
    public long Size { get; init; } = 48_000_000;
}
