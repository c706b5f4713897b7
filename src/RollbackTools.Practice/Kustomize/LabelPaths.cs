namespace RollbackTools.Practice.Kustomize;

/// <summary>Where labels and annotations go: kustomize's built-in field specs.</summary>
internal static class LabelPaths
{
    private const string Pods = "spec/template/spec";

    public static IReadOnlyList<FieldPath> MetadataOnly { get; } = [new("metadata/labels", Create: true)];

    /// <summary>Objects and the templates in them.</summary>
    public static IReadOnlyList<FieldPath> WithTemplates { get; } =
    [
        .. MetadataOnly,
        .. Each("spec/template/metadata/labels", true, "ReplicationController", "Deployment", "ReplicaSet", "DaemonSet"),
        new("spec/template/metadata/labels", "StatefulSet", "apps", true),
        new("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", "apps", true),
        new("spec/template/metadata/labels", "Job", "batch", true),
        new("spec/jobTemplate/metadata/labels", "CronJob", "batch", true),
        new("spec/jobTemplate/spec/template/metadata/labels", "CronJob", "batch", true),
    ];

    /// <summary>And everything that selects by them.</summary>
    public static IReadOnlyList<FieldPath> WithSelectors { get; } =
    [
        .. Each("spec/selector", true, "Service", "ReplicationController"),
        .. Each("spec/selector/matchLabels", true, "Deployment", "ReplicaSet", "DaemonSet"),
        new("spec/selector/matchLabels", "StatefulSet", "apps", true),
        .. Affinities("Deployment"),
        .. Affinities("StatefulSet"),
        new("spec/selector/matchLabels", "Job", "batch"),
        new("spec/jobTemplate/spec/selector/matchLabels", "CronJob", "batch"),
        new("spec/selector/matchLabels", "PodDisruptionBudget", "policy"),
        new("spec/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
        new("spec/ingress/from/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
        new("spec/egress/to/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
        .. WithTemplates,
    ];

    public static IReadOnlyList<FieldPath> Annotations { get; } =
    [
        new("metadata/annotations", Create: true),
        .. Each("spec/template/metadata/annotations", true, "ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"),
        new("spec/template/metadata/annotations", "Job", "batch", true),
        new("spec/jobTemplate/metadata/annotations", "CronJob", "batch", true),
        new("spec/jobTemplate/spec/template/metadata/annotations", "CronJob", "batch", true),
    ];

    private static IEnumerable<FieldPath> Each(string path, bool create, params string[] kinds) =>
        kinds.Select(kind => new FieldPath(path, kind, Create: create));

    private static IEnumerable<FieldPath> Affinities(string kind) => ((string[])
    [
        "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        "topologySpreadConstraints/labelSelector/matchLabels",
    ]).Select(path => new FieldPath($"{Pods}/{path}", kind, "apps"));
}
