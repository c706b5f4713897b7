using RollbackTools.Operations.Reports;

namespace RollbackTools.Operations.Images;

/// <summary>How sure we are that a revision works.</summary>
public enum RevisionHealth
{
    /// <summary>No evidence either way.</summary>
    Unknown,

    /// <summary>Seen not working, or rolled away from before.</summary>
    Bad,

    /// <summary>It was current for long enough that staying would have been strange had it not worked; or it works, but has not been under load for long.</summary>
    Likely,

    /// <summary>It serves, or the cluster itself says it became available; an earlier version only when it was under load for ten minutes or more.</summary>
    KnownGood,
}

/// <summary>One revision of a workload, with its images and the evidence of how it did.</summary>
public sealed record ImageRevision
{
    public string Estate { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    public long Revision { get; init; }

    /// <summary>Container name and image, init containers after the others, in the template's order.</summary>
    public IReadOnlyList<ContainerImage> Images { get; init => field = ReadableList<ContainerImage>.Of(value); } = ReadableList<ContainerImage>.Of([]);

    /// <summary>The images as one text; the container's name only when there are several.</summary>
    public string Image => ContainerImage.Describe(Images);

    public bool Current { get; init; }

    public RevisionHealth Health { get; init; }

    /// <summary>Whether <c>Invoke-ImageRollback</c> would go here by default.</summary>
    public bool IsDefaultTarget { get; init; }

    /// <summary>Sentences that justify <see cref="Health"/>: <c>3 of 3 pods available now</c>.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>kubernetes.io/change-cause, when somebody wrote one.</summary>
    public string? ChangeCause { get; init; }

    /// <summary>When this revision's object was made. A rollback reuses the object, so this can precede earlier revisions.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    public TimeSpan? Age { get; init; }

    /// <summary>How long it was the current revision, last time it was; null when the cluster does not tell.</summary>
    public TimeSpan? CurrentFor { get; init; }

    public int ReadyPods { get; init; }

    public int Pods { get; init; }

    /// <summary>Container restarts over the pods it has now.</summary>
    public int Restarts { get; init; }

    /// <summary>The ReplicaSet or ControllerRevision that holds it.</summary>
    public string Source { get; init; } = "";

    /// <summary>Earlier numbers of the same template: a rollback renumbers it.</summary>
    public IReadOnlyList<long> FormerRevisions { get; init => field = ReadableList<long>.Of(value); } = ReadableList<long>.Of([]);
}

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
