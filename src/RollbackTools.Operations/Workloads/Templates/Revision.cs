using System.Globalization;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>One revision as the cluster keeps it: a ReplicaSet, or a ControllerRevision.</summary>
public sealed record Revision
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    public const string DesiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas";
    public const string HistoryAnnotation = "deployment.kubernetes.io/revision-history";
    public const string ChangeCauseAnnotation = "kubernetes.io/change-cause";

    public required long Number { get; init; }

    public required PodTemplate Template { get; init; }

    /// <summary>The object's name: what pods of this revision point back to.</summary>
    public required string Source { get; init; }

    public string Uid { get; init; } = "";

    /// <summary>Argo Rollouts' hash of the template, by which a Rollout's status names it; null for other kinds.</summary>
    public string? PodHash { get; init; }

    /// <summary>The pods its ReplicaSet is to have; null when the revision is none.</summary>
    public int? Scale { get; init; }

    /// <summary>Its ReplicaSet was made for no pods and was never given any: the workload stood at 0 for as long as this was current.</summary>
    public bool NeverHadPods { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public string? ChangeCause { get; init; }

    /// <summary>Numbers this template had before a rollback renumbered it, oldest first.</summary>
    public IReadOnlyList<long> FormerNumbers { get; init; } = [];

    /// <summary>
    /// Null when the object is not a revision of the workload: a ReplicaSet whose number cannot be read is ignored, as kubectl does.
    /// </summary>
    public static Revision? From(ReplicaSet set)
    {
        var text = set.Metadata.Annotations.GetValueOrDefault(RevisionAnnotation);
        if (text is null || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        return new Revision
        {
            Number = number,
            Template = new PodTemplate(set.Spec.Template),
            Source = set.Metadata.Name,
            Uid = set.Metadata.Uid,
            CreatedAt = set.Metadata.CreationTimestamp,
            ChangeCause = set.Metadata.Annotations.GetValueOrDefault(ChangeCauseAnnotation),
            FormerNumbers = ParseHistory(set.Metadata.Annotations.GetValueOrDefault(HistoryAnnotation)),
            Scale = set.Spec.Replicas,
            NeverHadPods = WasMadeForNone(set, DesiredReplicasAnnotation),
        };
    }

    public static Revision From(ControllerRevision revision) => new()
    {
        Number = revision.Revision,
        Template = PodTemplate.FromRevisionData(revision.Data, revision.Metadata.Annotations.GetValueOrDefault(LastApplied.Annotation)),
        Source = revision.Metadata.Name,
        Uid = revision.Metadata.Uid,
        CreatedAt = revision.Metadata.CreationTimestamp,
        ChangeCause = revision.Metadata.Annotations.GetValueOrDefault(ChangeCauseAnnotation),
    };

    /// <summary>Whether a pod belongs to this revision: by its ReplicaSet, or by its controller-revision-hash label.</summary>
    public bool Owns(Pod pod) =>
        pod.Metadata.OwnerReferences.Any(owner => owner is { Kind: "ReplicaSet", Controller: true } && owner.Name == Source)
        || (pod.Metadata.Labels.TryGetValue("controller-revision-hash", out var hash)
            && (hash == Source || Source.EndsWith($"-{hash}", StringComparison.Ordinal)));

    // Every later change of its size would have raised the generation.
    internal static bool WasMadeForNone(ReplicaSet set, string desiredReplicas) =>
        set is { Spec.Replicas: 0, Metadata.Generation: 1 } && set.Metadata.Annotations.GetValueOrDefault(desiredReplicas) == "0";

    internal static List<long> ParseHistory(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0)];
}
