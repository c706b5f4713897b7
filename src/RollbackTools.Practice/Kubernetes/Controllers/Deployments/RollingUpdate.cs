using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

namespace RollbackTools.Practice.Kubernetes.Controllers.Deployments;

/// <summary>The arithmetic of a rolling update: never more than replicas + maxSurge, never fewer available than replicas − maxUnavailable.</summary>
internal sealed class RollingUpdate(ReplicaSetScaler scaler)
{
    /// <summary>How large the new ReplicaSet may be now.</summary>
    public static int NewSize(DeploymentView deployment, int current, int desiredOfAll)
    {
        if (deployment.Recreate) return deployment.Replicas;
        var most = deployment.Replicas + deployment.MaxSurge;
        if (desiredOfAll >= most) return current;
        return current + Math.Min(most - desiredOfAll, deployment.Replicas - current);
    }

    /// <summary>Grows (or cuts) the new ReplicaSet; true when it changed, which is enough for one step.</summary>
    public bool ScaleNew(Rollout rollout)
    {
        var (deployment, set) = (rollout.Deployment, rollout.New!);
        if (set.Desired == deployment.Replicas) return false;
        var size = set.Desired > deployment.Replicas ? deployment.Replicas : NewSize(deployment, set.Desired, rollout.Desired);
        return scaler.Scale(deployment, set, size);
    }

    /// <summary>Shrinks the old ReplicaSets: first replicas that are not available anyway, then as many as availability allows.</summary>
    public bool ScaleOld(Rollout rollout)
    {
        if (rollout.Old.Sum(set => set.Desired) == 0) return false;
        var deployment = rollout.Deployment;
        var fewest = deployment.Replicas - deployment.MaxUnavailable;
        var newUnavailable = rollout.New!.Desired - rollout.New.Available;
        var most = rollout.Desired - fewest - newUnavailable;
        if (most <= 0) return false;

        var cleaned = CleanUpUnhealthy(rollout, most);
        return cleaned + ScaleDownAvailable(rollout, fewest) > 0;
    }

    private int CleanUpUnhealthy(Rollout rollout, int most)
    {
        var total = 0;
        foreach (var old in rollout.Old)
        {
            if (total >= most) break;
            var unhealthy = old.Desired - old.Available;
            if (old.Desired == 0 || unhealthy <= 0) continue;
            var down = Math.Min(most - total, unhealthy);
            scaler.Scale(rollout.Deployment, old, old.Desired - down);
            total += down;
        }

        return total;
    }

    private int ScaleDownAvailable(Rollout rollout, int fewest)
    {
        var spare = rollout.Available - fewest;
        var total = 0;
        foreach (var old in rollout.Old)
        {
            if (total >= spare) break;
            if (old.Desired == 0) continue;
            var down = Math.Min(old.Desired, spare - total);
            scaler.Scale(rollout.Deployment, old, old.Desired - down);
            total += down;
        }

        return total;
    }
}
