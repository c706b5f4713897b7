using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.GitOps;

/// <summary>
/// An application's Deployments, StatefulSets, DaemonSets and Argo Rollouts, where this session can see them: in the cluster it is connected to.
/// They are evidence beside what Argo CD says, so not being allowed to look is no failure.
/// </summary>
internal sealed class ApplicationWorkloads(IEstate estate)
{
    private const int MostWorkloads = 50;

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

    private bool IsHere(ArgoApplication application) =>
        !estate.Connection.WithoutCluster
        && (application.Destination.IsInCluster || (application.Destination.Server is { } server && server.TrimEnd('/') == estate.Cluster.Info.Server.TrimEnd('/')));
}
