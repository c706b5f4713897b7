using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>Which ways back leave out steps, pauses and analyses.</summary>
internal static class FastTrack
{
    /// <summary>
    /// Whether the new ReplicaSet is older than the stable one and fewer ReplicaSets than <c>spec.rollbackWindow.revisions</c> were
    /// created between the two.
    /// </summary>
    public static bool WithinWindow(RolloutRun run)
    {
        if (run.New is not { } set || run.Stable is not { } stable || !set.OlderThan(stable)) return false;
        var window = run.Rollout.Spec.Number("rollbackWindow", "revisions") ?? 0;
        return window > 0 && run.All.Count(one => one.OlderThan(stable) && set.OlderThan(one)) < window;
    }

    /// <summary>
    /// Back to the stable ReplicaSet, within the window, or (blue-green) to one that has not been scaled down yet. A Rollout at rest
    /// counts too: it is at its stable ReplicaSet.
    /// </summary>
    public static bool IsFastRollback(RolloutRun run)
    {
        if (run.New is not { } set || run.Stable is not { } stable) return false;
        var toStable = set.Hash() == run.Rollout.StableHash;
        if (!toStable && !set.OlderThan(stable)) return false;
        return toStable || WithinWindow(run) || (run.NewWithinDelay && run.Rollout.BlueGreen is not null);
    }
}
