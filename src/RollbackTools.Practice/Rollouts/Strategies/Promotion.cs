using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>When the new ReplicaSet becomes the stable one.</summary>
internal sealed class Promotion(ControllerContext context, WorkloadReferences workloads)
{
    /// <summary>Why it does now; null while the update is under way.</summary>
    public static string? Reason(RolloutRun run) =>
        run.Stable is null ? "Initial deploy" : run.Rollout.Canary is not null ? Canary(run) : BlueGreen(run);

    /// <summary>Makes it the stable one in the status to be.</summary>
    public void Promote(RolloutRun run, string reason)
    {
        var (rollout, status) = (run.Rollout, run.Status);
        run.Pauses.Clear();
        run.Pauses.RemoveAbort();
        status.Remove("promoteFull");
        status.Object("blueGreen")?.Remove("scaleUpPreviewCheckPoint");
        if (rollout.Steps.Count > 0) status["currentStepIndex"] = rollout.Steps.Count;
        var current = status.Text("currentPodHash");
        if ((status.Text("stableRS") ?? "") != current)
        {
            status["stableRS"] = current;
            context.Events.Normal(rollout.Stored, RolloutNames.Component, "RolloutCompleted",
                $"Rollout completed update to revision {rollout.Revision} ({current}): {reason}");
        }

        if (rollout.Revision == 1 && rollout.Status.Text("phase") == "Healthy" && rollout.Spec.Text("workloadRef", "scaleDown") == "onsuccess")
            workloads.ScaleDown(rollout);
    }

    private static string? Canary(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (run.Aborted || run.New is null || run.New.Available < rollout.Replicas) return null;
        if (rollout.PromoteFull) return "Full promotion requested";
        if (FastTrack.IsFastRollback(run)) return FastTrack.WithinWindow(run) ? "Rollback within window" : "Fast rollback";
        return rollout.Step is null ? $"Completed all {rollout.Steps.Count} canary steps" : null;
    }

    private static string? BlueGreen(RolloutRun run)
    {
        var active = run.Status.Text("blueGreen", "activeSelector");
        if (active is not { Length: > 0 }) return "Initial deploy";
        if (active != run.Status.Text("currentPodHash")) return null;
        if (run.Rollout.PromoteFull) return "Full promotion requested";
        if (FastTrack.IsFastRollback(run)) return FastTrack.WithinWindow(run) ? "Rollback within window" : "Fast rollback";
        if (run.Aborted) return null;
        if (run.Rollout.BlueGreen.Object("postPromotionAnalysis") is not null && run.Analyses.PostPromotion?.Phase() != "Successful") return null;
        return "Completed blue-green update";
    }
}
