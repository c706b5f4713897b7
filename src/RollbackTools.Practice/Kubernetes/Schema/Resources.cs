using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>The kinds every practice cluster serves, with the names kubectl knows them by.</summary>
public static class Resources
{
    private static readonly string[] Status = ["status"];
    private static readonly string[] StatusAndScale = ["status", "scale"];
    private static readonly string[] All = ["all"];

    public static ResourceType Deployments { get; } = new("apps", "v1", "deployments", "Deployment", true)
    { ShortNames = ["deploy"], Subresources = StatusAndScale, HasGeneration = true, Categories = All };

    public static ResourceType ReplicaSets { get; } = new("apps", "v1", "replicasets", "ReplicaSet", true)
    { ShortNames = ["rs"], Subresources = StatusAndScale, HasGeneration = true, Categories = All };

    public static ResourceType StatefulSets { get; } = new("apps", "v1", "statefulsets", "StatefulSet", true)
    { ShortNames = ["sts"], Subresources = StatusAndScale, HasGeneration = true, Categories = All };

    public static ResourceType DaemonSets { get; } = new("apps", "v1", "daemonsets", "DaemonSet", true)
    { ShortNames = ["ds"], Subresources = Status, HasGeneration = true, Categories = All };

    public static ResourceType ControllerRevisions { get; } = new("apps", "v1", "controllerrevisions", "ControllerRevision", true);

    public static ResourceType Pods { get; } = new("", "v1", "pods", "Pod", true)
    { ShortNames = ["po"], Subresources = ["status", "log", "eviction"], Categories = All };

    public static ResourceType Services { get; } = new("", "v1", "services", "Service", true)
    { ShortNames = ["svc"], Subresources = Status, Categories = All };

    public static ResourceType Endpoints { get; } = new("", "v1", "endpoints", "Endpoints", true) { ShortNames = ["ep"] };

    public static ResourceType EndpointSlices { get; } = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true)
    { HasGeneration = true };

    /// <summary>Core events; events.k8s.io/v1 is a view of the same objects.</summary>
    public static ResourceType Events { get; } = new("", "v1", "events", "Event", true) { ShortNames = ["ev"] };

    public static ResourceType ConfigMaps { get; } = new("", "v1", "configmaps", "ConfigMap", true) { ShortNames = ["cm"] };

    public static ResourceType Secrets { get; } = new("", "v1", "secrets", "Secret", true);

    public static ResourceType Namespaces { get; } = new("", "v1", "namespaces", "Namespace", false)
    { ShortNames = ["ns"], Subresources = Status };

    public static ResourceType Nodes { get; } = new("", "v1", "nodes", "Node", false) { ShortNames = ["no"], Subresources = Status };

    public static ResourceType ServiceAccounts { get; } = new("", "v1", "serviceaccounts", "ServiceAccount", true) { ShortNames = ["sa"] };

    public static ResourceType ResourceQuotas { get; } = new("", "v1", "resourcequotas", "ResourceQuota", true)
    { ShortNames = ["quota"], Subresources = Status };

    public static ResourceType LimitRanges { get; } = new("", "v1", "limitranges", "LimitRange", true) { ShortNames = ["limits"] };

    public static ResourceType PersistentVolumes { get; } = new("", "v1", "persistentvolumes", "PersistentVolume", false)
    { ShortNames = ["pv"], Subresources = Status };

    public static ResourceType PersistentVolumeClaims { get; } = new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true)
    { ShortNames = ["pvc"], Subresources = Status };

    public static ResourceType StorageClasses { get; } = new("storage.k8s.io", "v1", "storageclasses", "StorageClass", false)
    { ShortNames = ["sc"] };

    public static ResourceType Leases { get; } = new("coordination.k8s.io", "v1", "leases", "Lease", true);

    public static ResourceType Jobs { get; } = new("batch", "v1", "jobs", "Job", true)
    { Subresources = Status, HasGeneration = true, Categories = All };

    public static ResourceType CronJobs { get; } = new("batch", "v1", "cronjobs", "CronJob", true)
    { ShortNames = ["cj"], Subresources = Status, HasGeneration = true, Categories = All };

    public static ResourceType HorizontalPodAutoscalers { get; } =
        new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true)
        { ShortNames = ["hpa"], Subresources = Status, Categories = All };

    public static ResourceType PodDisruptionBudgets { get; } = new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true)
    { ShortNames = ["pdb"], Subresources = Status, HasGeneration = true };

    public static ResourceType Ingresses { get; } = new("networking.k8s.io", "v1", "ingresses", "Ingress", true)
    { ShortNames = ["ing"], Subresources = Status, HasGeneration = true };

    public static ResourceType NetworkPolicies { get; } = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true)
    { ShortNames = ["netpol"], HasGeneration = true };

    public static ResourceType Roles { get; } = new("rbac.authorization.k8s.io", "v1", "roles", "Role", true);

    public static ResourceType RoleBindings { get; } = new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true);

    public static ResourceType ClusterRoles { get; } = new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false);

    public static ResourceType ClusterRoleBindings { get; } =
        new("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false);

    public static ResourceType CustomResourceDefinitions { get; } =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false)
        { ShortNames = ["crd", "crds"], Subresources = Status, HasGeneration = true, Categories = ["api-extensions"] };

    public static ResourceType ValidatingWebhookConfigurations { get; } =
        new("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false)
        { HasGeneration = true, Categories = ["api-extensions"] };

    public static ResourceType MutatingWebhookConfigurations { get; } =
        new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false)
        { HasGeneration = true, Categories = ["api-extensions"] };

    public static ResourceType PriorityClasses { get; } = new("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false)
    { ShortNames = ["pc"], HasGeneration = true };

    public static ResourceType IngressClasses { get; } = new("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false)
    { HasGeneration = true };

    /// <summary>All of the above, in the order discovery lists them.</summary>
    public static IReadOnlyList<ResourceType> BuiltIn { get; } =
    [
        ConfigMaps, Endpoints, Events, LimitRanges, Namespaces, Nodes, PersistentVolumeClaims, PersistentVolumes, Pods, ResourceQuotas,
        Secrets, ServiceAccounts, Services,
        MutatingWebhookConfigurations, ValidatingWebhookConfigurations, CustomResourceDefinitions,
        ControllerRevisions, DaemonSets, Deployments, ReplicaSets, StatefulSets,
        HorizontalPodAutoscalers, CronJobs, Jobs, Leases, EndpointSlices, IngressClasses, Ingresses, NetworkPolicies, PodDisruptionBudgets,
        ClusterRoleBindings, ClusterRoles, RoleBindings, Roles, PriorityClasses, StorageClasses,
    ];
}
