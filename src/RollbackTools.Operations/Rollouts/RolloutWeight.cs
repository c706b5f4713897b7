using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Rollouts;

/// <summary>How much of the traffic a canary has: what its router was told, else its share of the pods that are ready.</summary>
internal static class RolloutWeight
{
    /// <summary>Percent; null for blue-green, or where no pods tell.</summary>
    public static int? Actual(WorkloadSnapshot rollout)
    {
        var live = rollout.Object;
        if (RolloutState.IsBlueGreen(live)) return null;
        if (!RolloutState.IsUnfinished(live)) return 100;
        if (IsRouted(live)) return (int?)live.Status.Canary?.Number("weights", "canary", "weight");
        var ready = rollout.Pods.Count(pod => pod.IsReady);
        return ready == 0 || rollout.Current is not { } canary ? null : 100 * rollout.PodsOf(canary).Count(pod => pod.IsReady) / ready;
    }

    /// <summary>Whether something else than the number of pods decides where traffic goes.</summary>
    public static bool IsRouted(Workload rollout) => rollout.Spec.Strategy?.Canary is { } canary && canary.At("trafficRouting") is not null;

    /// <summary>Whether all traffic is with the stable version, which has the pods for it; or what is still missing.</summary>
    public static string? MissingForStable(WorkloadSnapshot rollout)
    {
        var live = rollout.Object;
        if (rollout.Stable is not { } stable) return "its stable ReplicaSet is not there";
        if (RolloutState.IsBlueGreen(live))
            return live.Status.BlueGreen?.Text("activeSelector") is { } active && active != live.Status.StableRS ? "the active Service still selects the new version" : Short(rollout, stable);
        if (IsRouted(live))
            return live.Status.Canary?.Number("weights", "canary", "weight") is > 0 and var weight ? $"{weight}% of the traffic still goes to the new version" : Short(rollout, stable);
        var canary = rollout.Current is { } current && current != stable ? rollout.PodsOf(current).Count(pod => pod.IsReady) : 0;
        return canary > 0 ? $"{canary} pods of the new version still serve" : Short(rollout, stable);
    }

    private static string? Short(WorkloadSnapshot rollout, Revision stable)
    {
        var ready = rollout.PodsOf(stable).Count(pod => pod.IsReady);
        return ready < rollout.DesiredPods ? $"{ready} of {rollout.DesiredPods} pods of the stable version ready" : null;
    }
}
