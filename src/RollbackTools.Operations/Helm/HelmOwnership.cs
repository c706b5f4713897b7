using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Helm;

/// <summary>The marks that Helm leaves on what it installs, and what they say.</summary>
internal static class HelmOwnership
{
    public const string Manager = "helm";
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Selector = $"{ManagedBy}=Helm";

    private const string ReleaseName = "meta.helm.sh/release-name";
    private const string ReleaseNamespace = "meta.helm.sh/release-namespace";
    private const string ResourcePolicy = "helm.sh/resource-policy";

    /// <summary>The manifest with the marks, as Helm sends it.</summary>
    public static JsonObject Mark(JsonObject manifest, string release, string ns)
    {
        var metadata = Child(manifest, "metadata");
        Child(metadata, "labels")[ManagedBy] = "Helm";
        var annotations = Child(metadata, "annotations");
        annotations[ReleaseName] = release;
        annotations[ReleaseNamespace] = ns;
        return manifest;
    }

    /// <summary>The other release that it belongs to, <c>namespace/name</c>; null when it is of this one, or says nothing.</summary>
    public static string? OtherOwner(ObjectMeta live, string release, string ns)
    {
        var (owner, place) = (live.Annotations.GetValueOrDefault(ReleaseName), live.Annotations.GetValueOrDefault(ReleaseNamespace));
        return owner is null || (owner == release && (place is null || place == ns)) ? null : $"{place ?? "?"}/{owner}";
    }

    public static bool IsMarked(ObjectMeta live) => live.Annotations.ContainsKey(ReleaseName);

    /// <summary>Helm leaves it where it is (<c>helm.sh/resource-policy: keep</c>).</summary>
    public static bool IsKept(ObjectMeta live) =>
        string.Equals(live.Annotations.GetValueOrDefault(ResourcePolicy)?.Trim(), "keep", StringComparison.OrdinalIgnoreCase);

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child) parent[name] = child = [];
        return child;
    }
}
