using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>When a blue-green update is before, and when it is after, its switch.</summary>
internal static class RolloutPromotionWindow
{
    /// <summary>Whether there is nothing to analyse before the switch, or not yet.</summary>
    public static bool SkipsPrePromotion(RolloutRun run)
    {
        var (hash, active) = (run.New?.Hash() ?? "", Active(run));
        if (hash.Length == 0 || active.Length == 0 || active == hash || run.Rollout.StableHash == hash) return true;
        if (run.Analyses.PrePromotion is not null) return false;
        return run.Rollout.BlueGreen.Number("previewReplicaCount") is { } preview
            ? run.New!.Desired != preview || run.New.Available != preview
            : !run.New!.Saturated(run.Rollout);
    }

    /// <summary>Whether there is nothing to analyse after the switch, or not yet.</summary>
    public static bool SkipsPostPromotion(RolloutRun run)
    {
        var hash = run.New?.Hash() ?? "";
        if (hash.Length == 0 || Active(run) != hash || run.Rollout.StableHash == hash) return true;
        return run.Analyses.PostPromotion is null && !run.New!.Saturated(run.Rollout);
    }

    private static string Active(RolloutRun run) => run.Rollout.Status.Text("blueGreen", "activeSelector") ?? "";
}
