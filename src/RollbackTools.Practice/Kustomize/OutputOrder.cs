namespace RollbackTools.Practice.Kustomize;

/// <summary>The order of kustomize's output: what others need first, then by kind, namespace and name.</summary>
internal static class OutputOrder
{
    private static readonly string[] First =
    [
        "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy", "Role", "ClusterRole",
        "RoleBinding", "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass", "PersistentVolume",
        "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
    ];

    private static readonly string[] Last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

    public static IEnumerable<Resource> Of(IEnumerable<Resource> resources) => resources
        .OrderBy(item => Rank(item.Kind))
        .ThenBy(item => item.Id is var id ? $"{Or(id.Group, "~G")}_{Or(id.Version, "~V")}_{id.Kind}" : "", StringComparer.Ordinal)
        .ThenBy(item => $"{Or(item.Namespace, "~X")}|{item.Name}", StringComparer.Ordinal);

    private static int Rank(string kind)
    {
        if (Array.IndexOf(First, kind) is >= 0 and var first) return first - First.Length;
        return Array.IndexOf(Last, kind) + 1;
    }

    private static string Or(string text, string otherwise) => text.Length == 0 ? otherwise : text;
}
