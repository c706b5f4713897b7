namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>
/// Which template, without its content (which may hold secrets): enough to recognise it and to find it again in the cluster.
/// </summary>
public sealed record TemplateIdentity
{
    /// <summary><see cref="PodTemplate.Hash"/>.</summary>
    public string Hash { get; init; } = "";

    public IReadOnlyList<ContainerImage> Images { get; init; } = [];

    /// <summary>The revision number it had when planned; 0 when no revision holds it.</summary>
    public long Revision { get; init; }

    /// <summary>The ReplicaSet or ControllerRevision that holds it, or null.</summary>
    public string? Source { get; init; }

    public string Describe() => ContainerImage.Describe(Images);

    public static TemplateIdentity Of(PodTemplate template, Revision? revision) => new()
    {
        Hash = template.Hash,
        Images = template.Images,
        Revision = revision?.Number ?? 0,
        Source = revision?.Source,
    };
}
