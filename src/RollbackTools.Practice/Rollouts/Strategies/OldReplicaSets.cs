using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>Scales down ReplicaSets that are neither new nor stable, some of them only after a while.</summary>
internal sealed class OldReplicaSets(ControllerContext context, RolloutScaler scaler, ServiceSelectors services, Action<RolloutView, TimeSpan> again)
{
    /// <summary>Without a traffic router their pods serve: they go as fast as availability allows.</summary>
    public bool ForCanary(RolloutRun run)
    {
        var rollout = run.Rollout;
        List<ReplicaSetView> old = [.. run.Others.Where(set => set.Desired > 0)];
        var scaled = false;
        foreach (var set in old.OrderBy(set => set.Stored.Created(), StringComparer.Ordinal))
        {
            if (set.Available < set.Desired) scaled |= scaler.Scale(run, set, set.Available);
        }

        var spare = run.All.Sum(set => set.Available) - (rollout.Replicas - rollout.MaxUnavailable);
        if (spare <= 0) return scaled;
        var waiting = 0;
        foreach (var set in old.Where(set => set.Desired > 0).OrderByDescending(set => set.Revision()))
        {
            if (spare <= 0) break;
            var size = Math.Max(0, set.Desired - spare);
            if (rollout.TrafficRouted)
            {
                if (Referenced(run, set)) continue;
                var late = rollout.FullyPromoted || set.ScaleDownDeadline() is not null;
                size = late && !rollout.DynamicStableScale ? Remaining(run, set, set.Desired, ref waiting) : 0;
            }

            var former = set.Desired;
            if (scaler.Scale(run, set, size)) scaled = true;
            spare -= former - size;
        }

        return scaled;
    }

    /// <summary>After a switch they stay for their delay, so that there is a fast way back.</summary>
    public void ForBlueGreen(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (rollout.PauseCondition(PauseBook.Inconclusive) is not null || AwaitsAnalysis(run)) return;
        var waiting = 0;
        foreach (var set in run.Others.Where(set => set.Desired > 0).OrderByDescending(set => set.Revision()).ToList())
        {
            if (!Referenced(run, set)) scaler.Scale(run, set, Remaining(run, set, rollout.Replicas, ref waiting));
        }
    }

    private static bool AwaitsAnalysis(RolloutRun run)
    {
        var strategy = run.Rollout.BlueGreen;
        return strategy.Object("postPromotionAnalysis") is not null && strategy.Number("scaleDownDelaySeconds") is null
            && !RolloutPromotionWindow.SkipsPostPromotion(run) && run.Analyses.PostPromotion?.Phase() != "Successful";
    }

    /// <summary>What a ReplicaSet on its way out still is to have: all until its deadline, then nothing.</summary>
    private int Remaining(RolloutRun run, ReplicaSetView set, int size, ref int waiting)
    {
        var rollout = run.Rollout;
        var limit = (rollout.BlueGreen ?? rollout.Canary).Number("scaleDownDelayRevisionLimit") ?? int.MaxValue;
        if (set.ScaleDownDeadline() is not { } deadline)
        {
            if (waiting >= limit || rollout.ScaleDownDelay == 0) return 0;
            waiting++;
            scaler.SetDeadline(set, rollout.ScaleDownDelay);
            again(rollout, (set.ScaleDownDeadline() ?? context.Now) - context.Now);
            return set.Desired;
        }

        waiting++;
        if (waiting > limit || deadline <= context.Now) return 0;
        again(rollout, deadline - context.Now);
        return size;
    }

    /// <summary>Whether traffic may still go to it.</summary>
    private bool Referenced(RolloutRun run, ReplicaSetView set)
    {
        var (rollout, hash) = (run.Rollout, set.Hash());
        string?[] recorded =
        [
            rollout.StableHash, rollout.CurrentHash, rollout.Status.Text("blueGreen", "activeSelector"), rollout.Status.Text("blueGreen", "previewSelector"),
            rollout.Status.Text("canary", "weights", "canary", "podTemplateHash"), rollout.Status.Text("canary", "weights", "stable", "podTemplateHash"),
        ];
        if (recorded.Contains(hash)) return true;
        var strategy = rollout.Canary ?? rollout.BlueGreen;
        string[] fields = rollout.Canary is not null ? ["canaryService", "stableService"] : ["activeService", "previewService"];
        return fields.Any(field => ServiceSelectors.Selected(services.Find(rollout, strategy.Text(field))) == hash);
    }
}
