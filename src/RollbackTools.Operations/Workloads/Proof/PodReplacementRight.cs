using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// Asks before anything is changed whether stuck pods may be deleted: a StatefulSet whose template is restored but whose
/// stuck pod stays is half a rollback.
/// </summary>
internal sealed class PodReplacementRight(ICluster cluster)
{
    private readonly Dictionary<string, Task<AccessDecision>> byNamespace = [];

    public async Task<RollbackException?> MissingForAsync(WorkloadSnapshot workload, CancellationToken cancellation)
    {
        var replaces = workload.Kind == WorkloadKind.StatefulSet
            || (workload.Kind == WorkloadKind.DaemonSet && workload.Object.Spec.UpdateStrategy?.Type == "OnDelete");
        if (!replaces || workload.Pods.All(pod => pod.IsReady)) return null;

        if (!byNamespace.TryGetValue(workload.Namespace, out var asked))
            byNamespace[workload.Namespace] = asked = cluster.CanIAsync(new AccessQuery("delete", "", "pods", workload.Namespace), cancellation);
        var decision = await asked;
        if (decision.Allowed) return null;
        return new RollbackException("Forbidden",
            $"{workload} in {workload.Namespace} has pods that are not ready, and its controller does not replace those: they have to be deleted, " +
            "and you may not delete pods there. Nothing was changed.")
        {
            Target = $"{workload} in {workload.Namespace}",
            NextStep = "Ask for the right to delete pods (docs/rbac/rollbacktools.yaml has the rule).",
        };
    }
}
