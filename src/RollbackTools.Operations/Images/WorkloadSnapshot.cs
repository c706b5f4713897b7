using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Images;

/// <summary>A workload with its revisions and pods, read together. Nothing here asks the cluster again.</summary>
public sealed record WorkloadSnapshot(WorkloadKind Kind, Workload Object)
{
    private PodTemplate? template;

    /// <summary>Highest number first.</summary>
    public IReadOnlyList<Revision> Revisions { get; init; } = [];

    public IReadOnlyList<Pod> Pods { get; init; } = [];

    /// <summary>The list's resourceVersion for workloads, when it came from a list: where a watch of all of them can go on from.</summary>
    public string? ListVersion { get; init; }

    /// <summary>The list's resourceVersion for pods: where a watch can go on from.</summary>
    public string? PodsVersion { get; init; }

    public string Namespace => Object.Metadata.Namespace;

    public string Name => Object.Metadata.Name;

    public PodTemplate Template => template ??= new PodTemplate(Object.Spec.Template);

    /// <summary>The revision that holds the live template; null while the controller has not made one (or the workload is paused).</summary>
    public Revision? Current => Revisions.FirstOrDefault(revision => revision.Template.Hash == Template.Hash);

    public int DesiredPods => Kind == WorkloadKind.DaemonSet ? Object.Status.DesiredNumberScheduled : Object.Spec.Replicas ?? 1;

    /// <summary>As people say it: <c>deployment/api</c>.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}/{Name}";

    public static Resource<Workload> ResourceOf(WorkloadKind kind) => kind switch
    {
        WorkloadKind.Deployment => Resources.Deployments,
        WorkloadKind.StatefulSet => Resources.StatefulSets,
        _ => Resources.DaemonSets,
    };

    public IEnumerable<Pod> PodsOf(Revision revision) => Pods.Where(revision.Owns);
}
