using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>Scales the new ReplicaSet; after an abort it stays for a while where a router or a Service keeps traffic off it.</summary>
internal sealed class NewReplicaSet(ControllerContext context, RolloutScaler scaler, Action<RolloutView, TimeSpan> again)
{
    /// <summary>Returns whether its size changed.</summary>
    public bool Scale(RolloutRun run)
    {
        if (run.New is not { } set) return false;
        var size = Size(run);
        if (!RolloutScaler.OutlivesAbort(run)) return scaler.Scale(run, set, size);
        if (set.ScaleDownDeadline() is not { } deadline)
        {
            scaler.Scale(run, set, set.Desired);
            if (run.Stable!.Available < run.Rollout.Replicas) return false;
            scaler.SetDeadline(set, run.Rollout.AbortScaleDownDelay!.Value);
            again(run.Rollout, (set.ScaleDownDeadline() ?? context.Now) - context.Now);
            return false;
        }

        if (deadline > context.Now)
        {
            again(run.Rollout, deadline - context.Now);
            scaler.Scale(run, set, set.Desired);
            return false;
        }

        return scaler.Scale(run, set, 0);
    }

    /// <summary>What it should have now.</summary>
    public static int Size(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (rollout.BlueGreen is not { } strategy) return CanaryCounts.Of(run).Canary;
        if (strategy.Number("previewReplicaCount") is not { } preview) return rollout.Replicas;
        var active = run.WithHash(rollout.Status.Text("blueGreen", "activeSelector"));
        if (active is null || active == run.New || rollout.PromoteFull) return rollout.Replicas;
        var past = run.New!.Hash() == rollout.CurrentHash && !rollout.IsPaused && rollout.Status.Flag("blueGreen", "scaleUpPreviewCheckPoint");
        return past ? rollout.Replicas : preview;
    }
}
