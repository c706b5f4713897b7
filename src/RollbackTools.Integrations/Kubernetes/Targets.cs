using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes;

/// <summary>From a kind and names to a request's target. A text that is not a name is refused here, before it is near a path.</summary>
internal static class Targets
{
    /// <summary>A named object; without a namespace, in the connection's.</summary>
    public static ApiTarget Object<T>(Resource<T> resource, string? ns, string name, string defaultNamespace) where T : class =>
        new(resource.Group, resource.Version, resource.Plural, Scope(resource, ns ?? defaultNamespace), Name(name, resource.Group, resource.QualifiedName));

    /// <summary>Where an object is created.</summary>
    public static ApiTarget Collection<T>(Resource<T> resource, string? ns, string defaultNamespace) where T : class =>
        new(resource.Group, resource.Version, resource.Plural, Scope(resource, ns ?? defaultNamespace));

    /// <summary>What a list or watch reads; without a namespace, all of them.</summary>
    public static ApiTarget Selection<T>(Resource<T> resource, string? ns, ListFilter filter) where T : class =>
        new(resource.Group, resource.Version, resource.Plural, Scope(resource, ns)) { Selector = Describe(filter) };

    public static ApiTarget PodLog(string ns, string pod) => new("", "v1", "pods", Namespace(ns), Name(pod, "", "pods"), "log");

    private static string? Scope<T>(Resource<T> resource, string? ns) where T : class =>
        resource.Namespaced && ns is not null ? Namespace(ns) : null;

    private static string Namespace(string ns) => KubernetesName.IsLabel(ns)
        ? ns
        : throw Invalid($"'{PlainText.Clean(ns, 100)}' is not a namespace name: lower-case letters, digits and '-', at most 63 of them.");

    // Roles and their bindings are named by anything that can stand in a path: system:node, team:readers.
    private static string Name(string name, string group, string kind) =>
        KubernetesName.IsSubdomain(name) || (group == "rbac.authorization.k8s.io" && KubernetesName.IsPathSegment(name))
        ? name
        : throw Invalid($"'{PlainText.Clean(name, 100)}' is not a name {kind} can have: lower-case letters, digits, '-' and '.', at most 253 of them.");

    private static EstateException Invalid(string message) => new(EstateErrorKind.Rejected, message) { Reason = "Invalid" };

    private static string? Describe(ListFilter filter)
    {
        var labels = string.IsNullOrEmpty(filter.LabelSelector) ? "" : $"-l {filter.LabelSelector}";
        var fields = string.IsNullOrEmpty(filter.FieldSelector) ? "" : $"--field-selector {filter.FieldSelector}";
        var text = $"{labels} {fields}".Trim();
        return text.Length > 0 ? text : null;
    }
}
