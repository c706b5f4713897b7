using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>A workload with its revisions and pods, read together. Nothing here asks the cluster again.</summary>
public sealed record WorkloadSnapshot(WorkloadKind Kind, Workload Object)
{
    private static readonly JsonElement NoTemplate = JsonSerializer.SerializeToElement(new System.Text.Json.Nodes.JsonObject(), TemplateJson.Default.JsonObject);

    private PodTemplate? template;

    /// <summary>Highest number first.</summary>
    public IReadOnlyList<Revision> Revisions { get; init; } = [];

    /// <summary>Every pod it owns, also those that have ended or are being deleted.</summary>
    public IReadOnlyList<Pod> Pods { get; init; } = [];

    /// <summary>The list's resourceVersion for workloads, when it came from a list: where a watch of all of them can go on from.</summary>
    public string? ListVersion { get; init; }

    /// <summary>The list's resourceVersion for pods: where a watch can go on from.</summary>
    public string? PodsVersion { get; init; }

    /// <summary>What has the pod template of a Rollout that refers to another workload; null when it has its own.</summary>
    public ReferencedWorkload? Reference { get; init; }

    /// <summary>Why what a Rollout refers to could not be read: then nothing can be changed.</summary>
    public Exception? ReferenceRefusal { get; init; }

    /// <summary>Rollout only: what was measured of its revisions, newest first.</summary>
    public IReadOnlyList<AnalysisRun> Analyses { get; init; } = [];

    /// <summary>The object that has the pod template, and with it what is remembered of rollbacks.</summary>
    public Workload Holder => Reference?.Object ?? Object;

    /// <summary>Selects its pods.</summary>
    public LabelSelector Selector => Object.Spec.Selector is { MatchLabels.Count: 0, MatchExpressions.Count: 0 } ? Holder.Spec.Selector : Object.Spec.Selector;

    public string Namespace => Object.Metadata.Namespace;

    public string Name => Object.Metadata.Name;

    public PodTemplate Template => template ??= ReadTemplate();

    /// <summary>The revision that holds the live template; null while the controller has not made one (or the workload is paused).</summary>
    public Revision? Current => Revisions.FirstOrDefault(revision => revision.Template.Hash == Template.Hash) ?? Seen;

    /// <summary>Rollout only: the revision that was last rolled out completely.</summary>
    public Revision? Stable => Named(Object.Status.StableRS);

    // A default this version does not know must not make a revision unrecognisable: the controller says which one it is.
    private Revision? Seen => Kind == WorkloadKind.Rollout && RolloutState.IsObserved(Object, Reference?.Object.Metadata.Generation) ? Named(Object.Status.CurrentPodHash) : null;

    public int DesiredPods => Kind == WorkloadKind.DaemonSet ? Object.Status.DesiredNumberScheduled : Object.Spec.Replicas ?? 1;

    /// <summary>As people say it: <c>deployment/api</c>.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}/{Name}";

    public static Resource<Workload> ResourceOf(WorkloadKind kind) => kind switch
    {
        WorkloadKind.Deployment => Resources.Deployments,
        WorkloadKind.StatefulSet => Resources.StatefulSets,
        WorkloadKind.Rollout => Resources.Rollouts,
        _ => Resources.DaemonSets,
    };

    /// <summary>The pods of a revision that its controller counts: those that have ended it has replaced.</summary>
    public IEnumerable<Pod> PodsOf(Revision revision) => Pods.Where(pod => !pod.HasEnded && revision.Owns(pod));

    private Revision? Named(string? hash) => hash is { Length: > 0 } ? Revisions.FirstOrDefault(revision => revision.PodHash == hash) : null;

    private PodTemplate ReadTemplate() => new(
        Holder.Spec.Template is { ValueKind: JsonValueKind.Object } own ? own
        : Kind != WorkloadKind.Rollout ? Holder.Spec.Template
        : Named(Object.Status.CurrentPodHash)?.Template.Json ?? NoTemplate);
}
