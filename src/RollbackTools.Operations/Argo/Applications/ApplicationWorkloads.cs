using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// An application's Deployments, StatefulSets, DaemonSets and Argo Rollouts, where this session can see them: in the cluster it is connected to.
/// They are evidence beside what Argo CD says, so not being allowed to look is no failure.
/// </summary>
internal sealed class ApplicationWorkloads(IEstate estate)
{
    private const int MostWorkloads = 50;
    private const int MostHooks = 3;

    public async Task<IReadOnlyList<WorkloadSnapshot>> ReadAsync(ArgoApplication application, CancellationToken cancellation)
    {
        if (!IsHere(application)) return [];
        var references = application.Resources.Where(item => item is { Group: "apps", Kind: "Deployment" or "StatefulSet" or "DaemonSet" } or { Group: "argoproj.io", Kind: "Rollout" })
            .Where(item => KubernetesName.IsLabel(item.Namespace) && KubernetesName.IsSubdomain(item.Name))
            .Select(item => new WorkloadReference { Kind = Enum.Parse<WorkloadKind>(item.Kind), Namespace = item.Namespace, Name = item.Name })
            .Take(MostWorkloads).ToList();
        if (references.Count == 0) return [];
        try
        {
            var answers = await new WorkloadReader(estate.Cluster).ReadAsync(references, cancellation);
            return [.. answers.Select(answer => answer.Snapshot).OfType<WorkloadSnapshot>()];
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden or EstateErrorKind.NotFound })
        {
            return [];
        }
    }

    /// <summary>Pods in trouble, their warning events and last log lines: what a person would look up next.</summary>
    public async Task<IReadOnlyList<string>> EvidenceAsync(ArgoApplication application, CancellationToken cancellation)
    {
        List<string> evidence = [];
        foreach (var workload in await ReadAsync(application, cancellation))
        {
            var troubled = workload.Pods.Where(pod => workload.Current?.Owns(pod) != false).Select(PodTrouble.Find).OfType<PodTrouble>().FirstOrDefault();
            if (RolloutStatus.Of(workload) is { Complete: false } rollout) evidence.Add($"{workload}: {rollout.Message}");
            if (troubled is not null) evidence.AddRange(await FailureEvidence.OfPodAsync(estate.Cluster, workload.Namespace, troubled, cancellation));
        }

        return evidence;
    }

    /// <summary>The last words of the pods of hooks that failed, as far as they are still there.</summary>
    public async Task<IReadOnlyList<string>> HookEvidenceAsync(ArgoApplication application, ArgoOperationState state, CancellationToken cancellation)
    {
        List<string> evidence = [];
        if (!IsHere(application)) return evidence;
        foreach (var hook in state.Resources.Where(resource => resource is { Failed: true, HookType: not null, Kind: "Job" }).Take(MostHooks))
        {
            if (!KubernetesName.IsLabel(hook.Namespace) || !KubernetesName.IsSubdomain(hook.Name)) continue;
            try
            {
                var pods = await estate.Cluster.ListAsync(Resources.Pods, hook.Namespace, new ListFilter { LabelSelector = $"job-name={hook.Name}" }, cancellation);
                if (pods.Items.MaxBy(pod => pod.Metadata.CreationTimestamp) is { } last)
                    evidence.AddRange(await FailureEvidence.LastWordsAsync(estate.Cluster, hook.Namespace, last.Metadata.Name, null, previous: false, cancellation));
            }
            catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden or EstateErrorKind.NotFound)
            {
                evidence.Add($"log of job/{hook.Name}: {refusal.Message}");
            }
        }

        return evidence;
    }

    private bool IsHere(ArgoApplication application) => IsSeenBy(estate, application);

    /// <summary>Whether what it deploys is in the cluster that this session is connected to.</summary>
    public static bool IsSeenBy(IEstate estate, ArgoApplication application) =>
        !estate.Connection.WithoutCluster
        && (application.Destination.IsInCluster || (application.Destination.Server is { } server && server.TrimEnd('/') == estate.Cluster.Info.Server.TrimEnd('/')));
}
