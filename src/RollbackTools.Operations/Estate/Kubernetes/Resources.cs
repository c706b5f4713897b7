using System.Text.Json.Serialization;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>The kinds operations read and write.</summary>
public static class Resources
{
    private static readonly KubernetesJson Json = KubernetesJson.Default;

    public static Resource<Workload> Deployments { get; } = new("apps", "v1", "deployments", "Deployment", Json.Workload, Json.ResourceListWorkload);

    public static Resource<Workload> StatefulSets { get; } = new("apps", "v1", "statefulsets", "StatefulSet", Json.Workload, Json.ResourceListWorkload);

    public static Resource<Workload> DaemonSets { get; } = new("apps", "v1", "daemonsets", "DaemonSet", Json.Workload, Json.ResourceListWorkload);

    /// <summary>Argo Rollouts' custom kind.</summary>
    public static Resource<Workload> Rollouts { get; } = new("argoproj.io", "v1alpha1", "rollouts", "Rollout", Json.Workload, Json.ResourceListWorkload);

    public static Resource<CustomResource> AnalysisRuns { get; } =
        new("argoproj.io", "v1alpha1", "analysisruns", "AnalysisRun", Json.CustomResource, Json.ResourceListCustomResource);

    public static Resource<ReplicaSet> ReplicaSets { get; } = new("apps", "v1", "replicasets", "ReplicaSet", Json.ReplicaSet, Json.ResourceListReplicaSet);

    public static Resource<ControllerRevision> ControllerRevisions { get; } =
        new("apps", "v1", "controllerrevisions", "ControllerRevision", Json.ControllerRevision, Json.ResourceListControllerRevision);

    public static Resource<Pod> Pods { get; } = new("", "v1", "pods", "Pod", Json.Pod, Json.ResourceListPod);

    public static Resource<Event> Events { get; } = new("", "v1", "events", "Event", Json.Event, Json.ResourceListEvent);

    public static Resource<Lease> Leases { get; } = new("coordination.k8s.io", "v1", "leases", "Lease", Json.Lease, Json.ResourceListLease);

    public static Resource<NamespaceObject> Namespaces { get; } =
        new("", "v1", "namespaces", "Namespace", Json.NamespaceObject, Json.ResourceListNamespaceObject) { Namespaced = false };

    /// <summary>Whether they are there; never what they hold.</summary>
    public static Resource<MetadataOnly> ConfigMaps { get; } =
        new("", "v1", "configmaps", "ConfigMap", Json.MetadataOnly, Json.ResourceListMetadataOnly) { MetadataOnly = true };

    /// <summary>Whether they are there; never what they hold.</summary>
    public static Resource<MetadataOnly> Secrets { get; } =
        new("", "v1", "secrets", "Secret", Json.MetadataOnly, Json.ResourceListMetadataOnly) { MetadataOnly = true };
}

/// <summary>A namespace: its name is all we ask.</summary>
public sealed record NamespaceObject : IKubernetesObject
{
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();
}

/// <summary>Any object, as far as its metadata: all that is read of a whole one, too.</summary>
public sealed record MetadataOnly : IKubernetesObject
{
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceList<Workload>))]
[JsonSerializable(typeof(ResourceList<ReplicaSet>))]
[JsonSerializable(typeof(ResourceList<ControllerRevision>))]
[JsonSerializable(typeof(ResourceList<Pod>))]
[JsonSerializable(typeof(ResourceList<Event>))]
[JsonSerializable(typeof(ResourceList<Lease>))]
[JsonSerializable(typeof(ResourceList<NamespaceObject>))]
[JsonSerializable(typeof(ResourceList<CustomResource>))]
[JsonSerializable(typeof(ResourceList<MetadataOnly>))]
[JsonSerializable(typeof(ManagedFieldsEntry))]
public sealed partial class KubernetesJson : JsonSerializerContext;
