using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Evicts pods older than <c>spec.restartAt</c>, as many at once as may be unavailable, at least one.</summary>
internal sealed class PodRestarter(ControllerContext context, Action<RolloutView, TimeSpan> again)
{
    // How often the real controller looks again while pods are left.
    private const double Period = 30;

    /// <summary>Returns how many it evicted: until those are back, nothing can be said of availability.</summary>
    public int Restart(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (rollout.Spec.Time("restartAt") is not { } restart || rollout.Status.Time("restartedAt") == restart) return 0;
        if (context.Now < restart)
        {
            again(rollout, restart - context.Now);
            return 0;
        }

        List<StoredObject> pods =
        [
            .. run.All.OrderBy(set => set == run.Stable ? 0 : set == run.New ? 1 : 2)
                .SelectMany(set => context.Cache.Controlled(Resources.Pods, set.Stored.Uid())),
        ];
        List<StoredObject> left = [.. pods.Where(pod => pod.Read.Time("metadata", "creationTimestamp") <= restart)];
        var minReady = context.Tempo.Scaled(rollout.MinReadySeconds);
        var available = pods.Count(pod => !pod.Deleting() && pod.Available(minReady, context.Now, out _));
        var may = available - (Math.Max(rollout.Replicas, run.All.Sum(set => set.Desired)) - Math.Max(rollout.MaxUnavailable, 1));
        var evicted = 0;
        foreach (var pod in left.Where(pod => !pod.Deleting() && !Protected(pod)).Take(Math.Max(0, may)))
        {
            context.Store.DeletePod(pod);
            evicted++;
        }

        if (left.Count > evicted) again(rollout, context.Tempo.Scaled(Period));
        else run.Status["restartedAt"] = rollout.Spec.Text("restartAt");
        return evicted;
    }

    private bool Protected(StoredObject pod) => context.Store.List(Resources.PodDisruptionBudgets, pod.Namespace).Items.Any(budget =>
        LabelSelector.Matches(budget.Read.At("spec", "selector"), pod.Labels) && (budget.Read.Number("status", "disruptionsAllowed") ?? 0) <= 0);
}
