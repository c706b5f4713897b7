using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>An object by what Argo CD tells objects of an application apart by. The group is empty for the core kinds, the namespace for cluster-wide ones.</summary>
public sealed record ArgoObject(string Group, string Kind, string Namespace, string Name)
{
    public static ArgoObject Of(WorkloadKind kind, string ns, string name) => new(kind == WorkloadKind.Rollout ? "argoproj.io" : "apps", kind.ToString(), ns, name);

    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";
}
