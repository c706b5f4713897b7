using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>A workload and the images it leaves and goes to.</summary>
public sealed record WorkloadMove
{
    public WorkloadKind Kind { get; init; }

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public IReadOnlyList<ContainerImage> From { get; init; } = [];

    public IReadOnlyList<ContainerImage> To { get; init; } = [];

    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}/{Name}";

    /// <summary>Container by container, what changes.</summary>
    internal IEnumerable<(string From, string To)> Changes()
    {
        var before = From.ToDictionary(image => image.Container, image => image.Image);
        return To.Where(image => before.TryGetValue(image.Container, out var was) && was != image.Image).Select(image => (before[image.Container], image.Image));
    }

    /// <summary>The tag of an image that is left; null when it has none.</summary>
    internal IEnumerable<string> BadTags() => Changes().Select(change => Parse(change.From)?.Tag).OfType<string>();

    internal IEnumerable<string> BadRepositories() => Changes().Select(change => Parse(change.From)?.Repository).OfType<string>();

    /// <summary>What an overlay has to say for it.</summary>
    internal IEnumerable<ImagePin> Pins() => Changes().Select(change => (Running: change.From, From: Parse(change.From), To: Parse(change.To))).Where(pair => pair.To is not null)
        .Select(pair => new ImagePin
        {
            Running = pair.Running,
            Name = pair.From?.Repository ?? pair.To!.Repository,
            NewName = pair.From is { } from && from.Repository != pair.To!.Repository ? pair.To.Repository : null,
            Tag = pair.To!.Tag,
            Digest = pair.To.Digest,
            Add = true,
        });

    private static ImageReference? Parse(string image)
    {
        try
        {
            return ImageReference.Parse(image);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
