using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>An Application by the namespace it lies in (Argo CD's own, usually) and its name.</summary>
public sealed record ApplicationName(string Namespace, string Name)
{
    public const string DefaultNamespace = "argocd";

    /// <summary>
    /// Reads <c>prod-api</c>, <c>argocd/prod-api</c> (as argocd prints it) and <c>application/prod-api</c> (as results name it); what the text leaves
    /// open is <paramref name="ns"/>, else argocd. Throws <see cref="FormatException"/>: a name Kubernetes would not accept never
    /// becomes part of a path.
    /// </summary>
    public static ApplicationName Parse(string text, string? ns = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        var named = parts.Length == 2 && parts[0].ToLowerInvariant() is not ("application" or "applications" or "app" or "apps") ? parts[0] : null;
        var where = named ?? ns ?? DefaultNamespace;
        if (parts.Length > 2 || !KubernetesName.IsSubdomain(parts[^1]))
            throw new FormatException($"'{text}' is not an application's name: write name, or namespace/name.");
        if (!KubernetesName.IsLabel(where)) throw new FormatException($"'{where}' is not a namespace name: lower-case letters, digits and '-', at most 63.");
        return new ApplicationName(where, parts[^1]);
    }

    /// <summary>As messages say it: <c>application/prod-api</c>.</summary>
    public override string ToString() => $"application/{Name}";
}
