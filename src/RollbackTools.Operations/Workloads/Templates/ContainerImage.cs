namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>A container and the image it runs.</summary>
public sealed record ContainerImage
{
    public string Container { get; init; } = "";

    public string Image { get; init; } = "";

    public bool Init { get; init; }

    public override string ToString() => $"{Container}={Image}";

    /// <summary>One image alone, or <c>container=image</c> pairs.</summary>
    public static string Describe(IReadOnlyList<ContainerImage> images) =>
        images.Count == 1 ? images[0].Image : string.Join(", ", images);

    /// <summary>As <see cref="Describe"/> with repositories cut to their last part, where room is short: <c>api:41</c>.</summary>
    public static string DescribeShort(IReadOnlyList<ContainerImage> images) =>
        Describe([.. images.Select(image => image with { Image = image.Image[(image.Image.LastIndexOf('/') + 1)..] })]);

    /// <summary>Only what differs: <c>a:41 → a:40</c>, with the container's name when there are several. Empty when nothing does.</summary>
    public static string Changes(IReadOnlyList<ContainerImage> from, IReadOnlyList<ContainerImage> to)
    {
        var before = from.ToDictionary(image => image.Container, image => image.Image);
        var changed = to.Where(image => before.GetValueOrDefault(image.Container) != image.Image);
        return string.Join(", ", changed.Select(image =>
            (to.Count > 1 ? $"{image.Container} " : "") + $"{before.GetValueOrDefault(image.Container, "(none)")} → {image.Image}"));
    }
}
