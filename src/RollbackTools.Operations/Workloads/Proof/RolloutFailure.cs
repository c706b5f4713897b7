using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>What a person would look up when a Rollout is degraded: the metric that failed, pods in trouble, its warning events.</summary>
internal static class RolloutFailure
{
    public static async Task<IReadOnlyList<string>> EvidenceAsync(ICluster cluster, WorkloadSnapshot rollout, Workload live, CancellationToken cancellation)
    {
        var answer = (await new WorkloadReader(cluster).ReadAsync(
            [new WorkloadReference { Kind = WorkloadKind.Rollout, Namespace = rollout.Namespace, Name = rollout.Name }], cancellation))[0];
        List<string> evidence = [];
        if (answer.Snapshot is { } now)
        {
            evidence.AddRange(RolloutEvidence.FailedAnalyses(now with { Object = live }));
            evidence.AddRange(now.Pods.Select(PodTrouble.Find).OfType<PodTrouble>().Take(3).Select(trouble => trouble.ToString()));
        }

        evidence.AddRange(await FailureEvidence.EventsAsync(cluster, rollout.Namespace, $"involvedObject.kind=Rollout,involvedObject.name={rollout.Name}", cancellation));
        return evidence;
    }
}
