namespace RollbackTools.Practice.Kustomize;

/// <summary>Which fields of which kinds hold the name of another object: kustomize's built-in name references.</summary>
internal static class ReferencePaths
{
    private static readonly (string Kind, string Path)[] Templates =
    [
        ("Pod", "spec"), ("PodTemplate", "template/spec"), ("Deployment", "spec/template/spec"), ("ReplicaSet", "spec/template/spec"),
        ("DaemonSet", "spec/template/spec"), ("StatefulSet", "spec/template/spec"), ("Job", "spec/template/spec"),
        ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ];

    /// <summary>A kind that can be referred to, its group when it matters, and the fields that do.</summary>
    public sealed record Reference(string Kind, string? Group, IReadOnlyList<FieldPath> Paths);

    /// <summary>For each kind that can be referred to: its group when it matters, and the fields.</summary>
    public static IReadOnlyList<Reference> All { get; } =
    [
        new("Deployment", null, [new("spec/scaleTargetRef/name", "HorizontalPodAutoscaler")]),
        new("ReplicationController", null, [new("spec/scaleTargetRef/name", "HorizontalPodAutoscaler")]),
        new("ReplicaSet", null, [new("spec/scaleTargetRef/name", "HorizontalPodAutoscaler")]),
        new("StatefulSet", null, [new("spec/scaleTargetRef/name", "HorizontalPodAutoscaler")]),
        new("ConfigMap", "",
        [
            .. InPods("volumes/configMap/name", "containers/env/valueFrom/configMapKeyRef/name", "initContainers/env/valueFrom/configMapKeyRef/name",
                "containers/envFrom/configMapRef/name", "initContainers/envFrom/configMapRef/name", "volumes/projected/sources/configMap/name"),
            new("rules/resourceNames", "Role"),
            new("rules/resourceNames", "ClusterRole"),
            new(@"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap", "Ingress"),
        ]),
        new("Secret", "",
        [
            .. InPods("volumes/secret/secretName", "containers/env/valueFrom/secretKeyRef/name", "initContainers/env/valueFrom/secretKeyRef/name",
                "containers/envFrom/secretRef/name", "initContainers/envFrom/secretRef/name", "imagePullSecrets/name", "volumes/projected/sources/secret/name"),
            new("spec/tls/secretName", "Ingress"),
            new(@"metadata/annotations/ingress.kubernetes.io\/auth-secret", "Ingress"),
            new(@"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret", "Ingress"),
            new(@"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret", "Ingress"),
            new("imagePullSecrets/name", "ServiceAccount"),
            new("rules/resourceNames", "Role"),
            new("rules/resourceNames", "ClusterRole"),
        ]),
        new("Service", "",
        [
            new("spec/serviceName", "StatefulSet", "apps"),
            new("spec/rules/http/paths/backend/serviceName", "Ingress"),
            new("spec/backend/serviceName", "Ingress"),
            new("spec/rules/http/paths/backend/service/name", "Ingress"),
            new("spec/defaultBackend/service/name", "Ingress"),
            new("spec/service/name", "APIService", "apiregistration.k8s.io"),
            new("webhooks/clientConfig/service", "ValidatingWebhookConfiguration", "admissionregistration.k8s.io"),
            new("webhooks/clientConfig/service", "MutatingWebhookConfiguration", "admissionregistration.k8s.io"),
        ]),
        new("Role", "rbac.authorization.k8s.io", [new("roleRef/name", "RoleBinding", "rbac.authorization.k8s.io")]),
        new("ClusterRole", "rbac.authorization.k8s.io",
        [
            new("roleRef/name", "RoleBinding", "rbac.authorization.k8s.io"), new("roleRef/name", "ClusterRoleBinding", "rbac.authorization.k8s.io"),
        ]),
        new("ServiceAccount", "",
        [
            new("subjects", "RoleBinding", "rbac.authorization.k8s.io"),
            new("subjects", "ClusterRoleBinding", "rbac.authorization.k8s.io"),
            .. In("serviceAccountName", except: ["PodTemplate", "ReplicaSet"]),
        ]),
        new("PersistentVolumeClaim", "", [.. In("volumes/persistentVolumeClaim/claimName", except: ["PodTemplate", "ReplicaSet"])]),
        new("PersistentVolume", "", [new("spec/volumeName", "PersistentVolumeClaim"), new("rules/resourceNames", "ClusterRole")]),
        new("StorageClass", "storage.k8s.io",
        [
            new("spec/storageClassName", "PersistentVolume"), new("spec/storageClassName", "PersistentVolumeClaim"),
            new("spec/volumeClaimTemplates/spec/storageClassName", "StatefulSet"),
        ]),
        new("PriorityClass", "scheduling.k8s.io", [.. In("priorityClassName", except: ["PodTemplate", "ReplicaSet"])]),
    ];

    private static IEnumerable<FieldPath> InPods(params string[] paths) =>
        Templates.SelectMany(template => paths.Select(path => new FieldPath($"{template.Path}/{path}", template.Kind)));

    private static IEnumerable<FieldPath> In(string path, string[] except) =>
        Templates.Where(template => !except.Contains(template.Kind)).Select(template => new FieldPath($"{template.Path}/{path}", template.Kind));
}
