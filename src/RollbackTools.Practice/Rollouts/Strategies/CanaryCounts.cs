using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>How many pods a canary and its stable ReplicaSet should have now.</summary>
internal static class CanaryCounts
{
    public static (int Canary, int Stable) Of(RolloutRun run) => run.Rollout.TrafficRouted ? TrafficRouted(run) : Basic(run);

    /// <summary>Whether both have what they should have, and nothing else is left that would serve.</summary>
    public static bool Reached(RolloutRun run)
    {
        var (canary, stable) = Of(run);
        if (run.New is not { } set || set.Desired != canary || set.Available != canary) return false;
        if (!run.Rollout.DynamicStableScale && (run.Stable is not { } old || old.Desired != stable || old.Replicas != stable)) return false;
        return run.Rollout.TrafficRouted || run.Others.Sum(other => other.Available) == 0;
    }

    /// <summary>
    /// Without a traffic router the weight is how many of the pods are canaries. One step towards it, never more pods than maxSurge
    /// allows and never fewer available than maxUnavailable allows.
    /// </summary>
    private static (int Canary, int Stable) Basic(RolloutRun run)
    {
        var rollout = run.Rollout;
        var (wantedCanary, wantedStable) = CanaryShares.Nearest(rollout.Replicas, Weight(rollout), rollout.MaxWeight, rollout.MaxSurge);
        if (!run.HasOtherStable) (wantedCanary, wantedStable) = (rollout.Replicas, 0);
        var canary = run.New?.Desired ?? 0;
        var stable = run.HasOtherStable ? run.Stable!.Desired : 0;
        var most = rollout.Replicas + rollout.MaxSurge;
        var fewest = rollout.Replicas - rollout.MaxUnavailable;
        var others = run.Others.Sum(set => set.Desired);
        var increasing = run.New is null || wantedCanary >= run.New.Desired;

        var free = most - others - canary - stable;
        if (run.HasOtherStable && stable < wantedStable && free > 0)
        {
            var added = Math.Min(free, wantedStable - stable);
            stable += added;
            free -= added;
        }

        if (run.New is not null && canary < wantedCanary && free > 0) canary += Math.Min(free, wantedCanary - canary);
        if (others > 0) return (canary, stable);

        // What is shrunk counts by its availability; of what grows, pods that never get well must not keep the other from shrinking.
        var (shrinking, growing) = increasing ? (run.HasOtherStable ? run.Stable : null, run.New) : (run.New, run.Stable);
        var spare = Holding(run.New, ignoreAvailability: !increasing) + Holding(run.HasOtherStable ? run.Stable : null, increasing) - fewest;
        if (spare <= 0 || shrinking is null) return (canary, stable);
        var (down, up) = increasing ? (stable, canary) : (canary, stable);
        var goal = increasing ? wantedStable : wantedCanary;
        if (shrinking.Desired > goal) down = Math.Max(goal, shrinking.Desired - spare);
        (down, up) = Fit(shrinking, growing, down, up, most, fewest);
        return increasing ? (up, down) : (down, up);
    }

    /// <summary>With one, the stable ReplicaSet stays whole, and the canary is as large as its share of the traffic needs.</summary>
    private static (int Canary, int Stable) TrafficRouted(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (!run.HasOtherStable) return (rollout.Replicas, rollout.Replicas);
        var weight = Weight(rollout);
        var scale = Full(rollout) ? null : rollout.CanaryScale();
        var canary = scale.Number("replicas") ?? Share(rollout, scale.Number("weight") ?? weight);
        if (!rollout.DynamicStableScale) return (canary, rollout.Replicas);

        var weights = rollout.Status.Object("canary", "weights");
        var stable = Math.Max(Share(rollout, rollout.MaxWeight - weight), Share(rollout, weights.Number("stable", "weight") ?? 0));
        if (rollout.Abort) canary = Math.Max(canary, Share(rollout, weights.Number("canary", "weight") ?? 0));
        return (canary, stable);
    }

    private static bool Full(RolloutView rollout) => rollout.PromoteFull || rollout.StableHash.Length == 0 || rollout.FullyPromoted;

    private static int Weight(RolloutView rollout) => Full(rollout) ? rollout.MaxWeight : rollout.SetWeight();

    private static int Share(RolloutView rollout, int weight) => (int)Math.Ceiling((double)weight * rollout.Replicas / rollout.MaxWeight);

    private static int Holding(ReplicaSetView? set, bool ignoreAvailability)
    {
        if (set is null) return 0;
        return ignoreAvailability || set.Desired < set.Available ? set.Desired : set.Available;
    }

    /// <summary>Keeps both together within the limits: first the growing one gives way, as far as its pods are not needed.</summary>
    private static (int Down, int Up) Fit(ReplicaSetView shrinking, ReplicaSetView? growing, int down, int up, int most, int fewest)
    {
        if (growing is null) return (down, up);
        var over = Math.Max(0, down + up - most);
        up -= over;
        var lost = Math.Max(0, growing.Available - up);
        var available = Math.Min(shrinking.Available, down) + Math.Min(growing.Available, up);
        up += Math.Min(lost, Math.Max(0, fewest - available));
        return (down - Math.Max(0, down + up - most), up);
    }
}
