using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Images;

/// <summary>Finds the application that deploys a workload, from the marks Argo CD leaves on it; believed only if it really manages it.</summary>
internal sealed class WorkloadApplications(IEstate estate, string ns)
{
    private const string TrackingId = "argocd.argoproj.io/tracking-id";
    private const string ArgoInstance = "argocd.argoproj.io/instance";
    private const string Instance = "app.kubernetes.io/instance";
    private const string HelmRelease = "meta.helm.sh/release-name";

    private readonly Dictionary<ApplicationName, ArgoApplication?> known = [];
    private IReadOnlyList<ArgoApplication>? all;

    /// <summary>What could not be looked at, a sentence each.</summary>
    public List<string> Unseen { get; } = [];

    public Task<ArgoApplication?> OwnerOfAsync(WorkloadSnapshot workload, CancellationToken cancellation) =>
        OwnerOfAsync(workload.Kind.ToString(), workload.Object.Metadata, cancellation);

    public async Task<ArgoApplication?> OwnerOfAsync(string kind, ObjectMeta meta, CancellationToken cancellation)
    {
        bool Deploys(ArgoApplication application) =>
            application.Resources.Any(item => item.Kind == kind && item.Name == meta.Name && item.Namespace == meta.Namespace);

        foreach (var name in Claims(meta).Distinct())
            if (await FindAsync(name, cancellation) is { } application && Deploys(application)) return application;

        // Anybody writes this label, so it says little: one list answers for all that have it, and no list is no reason to worry.
        return meta.Labels.TryGetValue(Instance, out var instance) && !meta.Annotations.ContainsKey(HelmRelease) && ApplicationOwners.Named(instance, ns) is { } perhaps
            ? (await AllAsync(cancellation)).FirstOrDefault(application => application.Name == perhaps && Deploys(application))
            : null;
    }

    private IEnumerable<ApplicationName> Claims(ObjectMeta meta)
    {
        if (meta.Annotations.TryGetValue(TrackingId, out var tracking) && ApplicationOwners.Named(tracking.Split(':')[0], ns) is { } tracked) yield return tracked;
        if (meta.Labels.TryGetValue(ArgoInstance, out var instance) && ApplicationOwners.Named(instance, ns) is { } labelled) yield return labelled;
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

    private async Task<IReadOnlyList<ArgoApplication>> AllAsync(CancellationToken cancellation)
    {
        try
        {
            return all ??= await estate.ArgoCd.ListAsync(ns, cancellation);
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
        {
            return all = [];
        }
    }
}
