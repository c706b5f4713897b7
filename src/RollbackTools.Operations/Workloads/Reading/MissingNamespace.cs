using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>Nothing found may mean that the namespace is mistyped: the API server lists nothing of one that does not exist, without a word.</summary>
internal static class MissingNamespace
{
    /// <summary>Whether there is no such namespace; false for whoever may not look at namespaces.</summary>
    public static async Task<bool> IsAsync(ICluster cluster, string ns, CancellationToken cancellation)
    {
        try
        {
            await cluster.GetAsync(Resources.Namespaces, null, ns, cancellation);
            return false;
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
        {
            return refusal.Kind == EstateErrorKind.NotFound;
        }
    }

    /// <summary>Throws NamespaceNotFound when nothing was found because there is no such namespace. Null is the connection's.</summary>
    public static async Task MustNotBeAsync(ICluster cluster, string? ns, CancellationToken cancellation)
    {
        if (await IsAsync(cluster, ns ?? cluster.Info.DefaultNamespace, cancellation)) throw Refusal(ns ?? cluster.Info.DefaultNamespace, "nothing");
    }

    public static RollbackException Refusal(string ns, string what) => new("NamespaceNotFound", $"There is no namespace {ns}, so {what} in it.")
    {
        Target = ns,
        NextStep = "kubectl get namespaces",
    };
}
