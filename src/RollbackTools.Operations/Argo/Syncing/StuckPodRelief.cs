using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Deletes the pods that an application's StatefulSets leave stuck once Argo CD has put their template right (kubernetes#67250): it waits
/// for pods that nobody replaces. Each pod once, on record like a step of its own.
/// </summary>
internal sealed class StuckPodRelief(IEstate estate)
{
    private readonly ApplicationWorkloads workloads = new(estate);
    private readonly HashSet<string> replaced = [];

    /// <summary>What a plan says of it. Throws Forbidden where pods may have to be deleted and may not be.</summary>
    public async Task<IReadOnlyList<string>> PlanAsync(ArgoApplication application, CancellationToken cancellation)
    {
        var read = await workloads.ReadAsync(application, cancellation);
        if (read.Count == 0) return [];
        PodReplacementRight right = new(estate.Cluster);
        List<string> words = [];
        foreach (var workload in read)
        {
            if (await right.MissingForAsync(workload, cancellation) is { } missing) throw missing;
            if (StuckPods.AreLeftAlone(workload.Kind, workload.Object) && workload.Pods.Any(pod => !pod.IsReady))
                words.Add($"then delete the pods that {workload} leaves stuck on a revision that is no longer wanted");
        }

        return words;
    }

    /// <summary>What to do by hand where its pods are not seen, and so not replaced either: whose they would be, Argo CD says. Null when that is not it.</summary>
    public async Task<string?> AdviseAsync(ArgoApplication now, CancellationToken cancellation)
    {
        if (now.Health != "Progressing" || now.Resources.FirstOrDefault(item => item is { Group: "apps", Kind: "StatefulSet", Health: not "Healthy" }) is not { } set) return null;
        if ((await workloads.ReadAsync(now, cancellation)).Count > 0) return null;
        return $"{set} does not replace a pod that is not ready by itself, and this session does not see its pods. If one is left of the version before: " +
            $"argocd app delete-resource {now.Metadata.Name} --kind Pod --namespace {set.Namespace} --resource-name {set.Name}-<number>";
    }

    /// <summary>While a sync is under way: only of what it has applied, for before that the template is the one to be left.</summary>
    public async Task DuringSyncAsync(ArgoApplication now, ApplyStep applyAsync, CancellationToken cancellation)
    {
        var applied = now.OperationState?.Resources.Where(resource => resource is { Status: "Synced", Kind: "StatefulSet" or "DaemonSet" })
            .Select(resource => (resource.Kind, resource.Namespace, resource.Name)).ToHashSet();
        if (applied is null or { Count: 0 }) return;
        var read = await workloads.ReadAsync(now, cancellation);
        await ReplaceAsync(read.Where(workload => applied.Contains((workload.Kind.ToString(), workload.Namespace, workload.Name))), applyAsync, cancellation);
    }

    /// <summary>Of workloads that have the template they are to have.</summary>
    public async Task ReplaceAsync(IEnumerable<WorkloadSnapshot> restored, ApplyStep applyAsync, CancellationToken cancellation)
    {
        foreach (var workload in restored)
        {
            // Until the controller has seen the template, no pod can be of it.
            if (workload.Current is null || workload.Object.Status.ObservedGeneration < workload.Object.Metadata.Generation) continue;
            foreach (var pod in StuckPods.Of(workload, workload.Template.Hash).Where(pod => replaced.Add(pod.Metadata.Uid)).ToList())
                await applyAsync(StuckPods.Replacement(workload, pod), cancellation);
        }
    }
}
