using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;

namespace RollbackTools.Operations.GitOps.Owned;

/// <summary>Finds the application that deploys a workload, from the marks Argo CD leaves on it; believed only if it really manages it.</summary>
internal sealed class WorkloadApplications(IEstate estate, string ns)
{
    private const string TrackingId = "argocd.argoproj.io/tracking-id";

    private static readonly string[] InstanceLabels = ["argocd.argoproj.io/instance", "app.kubernetes.io/instance"];

    private readonly Dictionary<ApplicationName, ArgoApplication?> known = [];

    /// <summary>What could not be looked at, a sentence each.</summary>
    public List<string> Unseen { get; } = [];

    public Task<ArgoApplication?> OwnerOfAsync(WorkloadSnapshot workload, CancellationToken cancellation) =>
        OwnerOfAsync(workload.Kind.ToString(), workload.Object.Metadata, cancellation);

    public async Task<ArgoApplication?> OwnerOfAsync(string kind, ObjectMeta meta, CancellationToken cancellation)
    {
        foreach (var name in Claims(meta).Distinct())
        {
            if (await FindAsync(name, cancellation) is { } application
                && application.Resources.Any(item => item.Kind == kind && item.Name == meta.Name && item.Namespace == meta.Namespace)) return application;
        }

        return null;
    }

    private IEnumerable<ApplicationName> Claims(ObjectMeta meta)
    {
        if (meta.Annotations.TryGetValue(TrackingId, out var tracking) && ApplicationOwners.Named(tracking.Split(':')[0], ns) is { } tracked) yield return tracked;
        foreach (var label in InstanceLabels)
            if (meta.Labels.TryGetValue(label, out var instance) && ApplicationOwners.Named(instance, ns) is { } labelled) yield return labelled;
    }

    private async Task<ArgoApplication?> FindAsync(ApplicationName name, CancellationToken cancellation)
    {
        if (known.TryGetValue(name, out var found)) return found;
        try
        {
            return known[name] = await estate.ArgoCd.GetAsync(name, ArgoRefresh.None, cancellation);
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
        {
            if (refusal.Kind == EstateErrorKind.Forbidden) Unseen.Add($"Argo CD application '{name.Name}' may own it, and could not be looked at: {refusal.Message}");
            return known[name] = null;
        }
    }
}
