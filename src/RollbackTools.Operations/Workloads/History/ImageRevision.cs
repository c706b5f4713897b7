using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.History;

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
