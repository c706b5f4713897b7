using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.Kustomize;

/// <summary>Which object it is: kind, name and namespace at some moment of the build.</summary>
internal sealed record ResourceId(string Group, string Version, string Kind, string Name, string Namespace)
{
    // Kinds without a namespace that the practice API does not serve; a kind nobody knows has one.
    private static readonly HashSet<string> ClusterKinds =
    [
        "CustomResourceDefinition", "PriorityClass", "IngressClass", "RuntimeClass", "APIService", "PodSecurityPolicy", "CSIDriver", "CSINode",
        "VolumeAttachment", "FlowSchema", "PriorityLevelConfiguration", "CertificateSigningRequest", "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
        .. Resources.BuiltIn.Where(type => !type.Namespaced).Select(type => type.Kind),
    ];

    public bool IsClusterScoped => ClusterKinds.Contains(Kind);

    /// <summary>For comparisons: no namespace is the default one, and cluster-wide objects have none at all.</summary>
    public string EffectiveNamespace => IsClusterScoped ? "" : Namespace.Length == 0 ? "default" : Namespace;

    public bool Same(ResourceId other) => Group == other.Group && Version == other.Version && Kind == other.Kind && Name == other.Name
        && EffectiveNamespace == other.EffectiveNamespace;

    public override string ToString() =>
        $"{Kind}.{Or(Version, "[noVer]")}.{Or(Group, "[noGrp]")}/{Or(Name, "[noName]")}.{Or(Namespace, "[noNs]")}";

    private static string Or(string text, string otherwise) => text.Length == 0 ? otherwise : text;
}
