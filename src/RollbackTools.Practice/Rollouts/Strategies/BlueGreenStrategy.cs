using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Analysis;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>Blue-green: the new version runs whole beside the old one, then the active Service is switched to it.</summary>
internal sealed class BlueGreenStrategy(
    ControllerContext context, ReplicaSetKeeper keeper, RolloutScaler scaler, NewReplicaSet fresh, OldReplicaSets old, ServiceSelectors services,
    RolloutAnalysisKeeper analyses, MetadataKeeper metadata, PodRestarter restarter, Promotion promotion, RolloutStatusWriter statuses,
    Action<RolloutView, TimeSpan> again)
{
    public void Reconcile(RolloutRun run)
    {
        keeper.SyncRevision(run);
        if (!run.Halted) services.Switch(run.Rollout, Service(run, "previewService"), run.New!.Hash());
        if (run.TemplateChanged)
        {
            WriteStatus(run);
            return;
        }

        restarter.Restart(run);
        ScaleReplicaSets(run);
        var active = Service(run, "activeService");
        Pause(run, active);
        SwitchActive(run, active);
        analyses.Reconcile(run);
        metadata.Reconcile(run);
        WriteStatus(run);
    }

    public void ScaleReplicaSets(RolloutRun run)
    {
        scaler.RemoveDeadlines(run);
        if (run.Stable is { } stable) scaler.Scale(run, stable, run.Rollout.Replicas);
        fresh.Scale(run);
        old.ForBlueGreen(run);
        keeper.CleanUp(run);
    }

    /// <summary>The pods a status counts: those of the ReplicaSet that serves, all when none does.</summary>
    public static void Count(RolloutRun run, string? activeHash)
    {
        var active = run.WithHash(activeHash);
        run.Status.Count("HPAReplicas", active?.Replicas ?? run.All.Sum(set => set.Replicas))
            .Count("availableReplicas", active?.Available ?? run.All.Sum(set => set.Available));
        run.Status["selector"] = RolloutStatusWriter.SelectorText(active?.Stored.Read.Object("spec", "selector") ?? run.Rollout.Selector);
        if (active is not null) run.Status.Count("readyReplicas", active.Ready);
    }

    private StoredObject? Service(RolloutRun run, string field) => services.Find(run.Rollout, run.Rollout.BlueGreen.Text(field));

    private static bool Ready(RolloutRun run) => NewReplicaSet.Size(run) is var size && run.New!.Desired == size && run.New.Available == size;

    private static bool FastTracked(RolloutRun run, StoredObject? active) => FastTrack.IsFastRollback(run) || run.Rollout.PromoteFull
        || ServiceSelectors.Selected(active) is var selected && (selected.Length == 0 || selected == run.New!.Hash());

    private static bool Analysed(RolloutRun run) =>
        run.Rollout.BlueGreen.Object("prePromotionAnalysis") is null || run.Analyses.PrePromotion?.Phase() == "Successful";

    /// <summary>Whether the switch waits for somebody, or for a while.</summary>
    private static bool Waits(RolloutView rollout) => !Automatic(rollout) || AutoSeconds(rollout) > 0;

    private static bool Automatic(RolloutView rollout) => rollout.BlueGreen.At("autoPromotionEnabled") is null || rollout.BlueGreen.Flag("autoPromotionEnabled");

    private static int AutoSeconds(RolloutView rollout) => rollout.BlueGreen.Number("autoPromotionSeconds") ?? 0;

    private void Pause(RolloutRun run, StoredObject? active)
    {
        var rollout = run.Rollout;
        if (rollout.Abort || run.Halted || !Ready(run)) return;
        if (FastTracked(run, active) || rollout.Status.Flag("blueGreen", "scaleUpPreviewCheckPoint") || !Waits(rollout))
        {
            run.Pauses.Remove(PauseBook.BlueGreen);
            return;
        }

        if (!Analysed(run)) return;
        if (rollout.PauseCondition(PauseBook.BlueGreen) is { } condition)
        {
            if (PauseOver(run)) run.Pauses.Remove(PauseBook.BlueGreen);
            else if (AutoSeconds(rollout) is > 0 and var seconds) again(rollout, run.Pauses.Ends(condition, TimeSpan.FromSeconds(seconds)) - context.Now);
        }
        else if (!rollout.ControllerPause)
        {
            run.Pauses.Add(PauseBook.BlueGreen);
        }
    }

    private bool PauseOver(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (run.Pauses.Adds) return false;
        if (rollout.Status.Flag("blueGreen", "scaleUpPreviewCheckPoint")) return true;
        var condition = rollout.PauseCondition(PauseBook.BlueGreen);
        if (!Automatic(rollout)) return rollout.ControllerPause && condition is null;
        var seconds = AutoSeconds(rollout);
        return seconds == 0 || (condition is not null && context.Now >= run.Pauses.Ends(condition, TimeSpan.FromSeconds(seconds)));
    }

    private void SwitchActive(RolloutRun run, StoredObject? active)
    {
        var rollout = run.Rollout;
        if (run.Halted || !Ready(run) || !run.New!.Saturated(rollout)) return;
        var hash = ServiceSelectors.Selected(active);
        if (FastTracked(run, active) || (PauseOver(run) && Analysed(run))) hash = run.New!.Hash();
        if (rollout.Abort) hash = rollout.StableHash;
        services.Switch(rollout, active, hash);
    }

    private void WriteStatus(RolloutRun run)
    {
        var (rollout, status) = (run.Rollout, run.Status);
        statuses.Begin(run);
        if (rollout.StableHash.Length > 0) status["stableRS"] = rollout.StableHash;
        if (run.TemplateChanged) statuses.Reset(run);
        if (rollout.PromoteFull || FastTrack.WithinWindow(run))
        {
            run.Pauses.Clear();
            run.Pauses.RemoveAbort();
        }

        var blueGreen = status.Child("blueGreen");
        foreach (var (field, service) in ((string, string)[])[("previewSelector", "previewService"), ("activeSelector", "activeService")])
        {
            if (ServiceSelectors.Selected(Service(run, service)) is { Length: > 0 } hash) blueGreen[field] = hash;
        }

        if (Promotion.Reason(run) is { } reason) promotion.Promote(run, reason);
        else if (CheckPoint(run)) blueGreen["scaleUpPreviewCheckPoint"] = true;
        Count(run, blueGreen.Text("activeSelector"));
        statuses.Persist(run);
    }

    /// <summary>Whether a preview that was smaller than the Rollout has done its part: once passed, it stays passed.</summary>
    private bool CheckPoint(RolloutRun run)
    {
        if (run.Rollout.BlueGreen.Number("previewReplicaCount") is not { } preview) return false;
        if (run.Rollout.Status.Flag("blueGreen", "scaleUpPreviewCheckPoint")) return !run.TemplateChanged;
        return Analysed(run) && PauseOver(run) && run.New?.Available == preview;
    }
}
