using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Analysis;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>
/// A canary, step by step. The order of what it does is the real controller's (1.9), because what clients may see in between follows
/// from it.
/// </summary>
internal sealed class CanaryStrategy(
    ControllerContext context, ReplicaSetKeeper keeper, RolloutScaler scaler, NewReplicaSet fresh, OldReplicaSets old, ServiceSelectors services,
    RolloutAnalysisKeeper analyses, MetadataKeeper metadata, PodRestarter restarter, TrafficWeights weights, Promotion promotion, RolloutStatusWriter statuses,
    Action<RolloutView, TimeSpan> again)
{
    public void Reconcile(RolloutRun run)
    {
        keeper.SyncRevision(run);
        if (run.TemplateOrStepsChanged)
        {
            WriteStatus(run);
            return;
        }

        if (restarter.Restart(run) > 0) return;
        metadata.Reconcile(run);
        keeper.CleanUp(run);
        PointServices(run);
        weights.Reconcile(run);
        analyses.Reconcile(run);
        if (!run.Pauses.Adds && !ScaleReplicaSets(run)) Pause(run);
        WriteStatus(run);
    }

    /// <summary>Brings the ReplicaSets one step on; true when one changed its size, which is enough for now.</summary>
    public bool ScaleReplicaSets(RolloutRun run)
    {
        if (run.Halted) return false;
        scaler.RemoveDeadlines(run);
        if (run.HasOtherStable && scaler.Scale(run, run.Stable!, CanaryCounts.Of(run).Stable)) return true;
        return fresh.Scale(run) || old.ForCanary(run);
    }

    private void PointServices(RolloutRun run)
    {
        var strategy = run.Rollout.Canary;
        services.Ensure(run.Rollout, strategy.Text("stableService"), run.Stable);
        services.Ensure(run.Rollout, strategy.Text("canaryService"), run.Aborted && run.Stable is not null ? run.Stable : run.New);
    }

    private void Pause(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (rollout.Paused || rollout.PromoteFull || rollout.Step is not { IsPause: true } step) return;
        if (rollout.PauseCondition(PauseBook.CanaryStep) is { } condition)
        {
            if (step.PauseDuration is { } duration) again(rollout, run.Pauses.Ends(condition, duration) - context.Now);
        }
        else if (!rollout.ControllerPause)
        {
            run.Pauses.Add(PauseBook.CanaryStep);
        }
    }

    private bool StepCompleted(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (rollout.Paused || rollout.Step is not { } step) return false;
        if (step.IsPause)
        {
            var condition = rollout.PauseCondition(PauseBook.CanaryStep);
            if (condition is null) return rollout.ControllerPause;
            return step.PauseDuration is { } duration && context.Now >= run.Pauses.Ends(condition, duration);
        }

        if (step.CanaryScale is not null || step.SetWeight is not null) return CanaryCounts.Reached(run);
        if (step.Analysis is not null) return run.Analyses.Step?.Phase() == "Successful";
        return false;
    }

    private void WriteStatus(RolloutRun run)
    {
        var (rollout, status) = (run.Rollout, run.Status);
        statuses.Begin(run);
        status.Count("availableReplicas", run.All.Sum(set => set.Available)).Count("HPAReplicas", run.All.Sum(set => set.Replicas));
        status["selector"] = RolloutStatusWriter.SelectorText(rollout.Selector);
        if (rollout.StableHash.Length > 0) status["stableRS"] = rollout.StableHash;
        status["currentStepHash"] = StepHash.Of(rollout);
        var steps = rollout.Steps.Count;
        if (run.TemplateOrStepsChanged)
        {
            statuses.Reset(run);
            if (steps > 0) status["currentStepIndex"] = SkipsSteps(run) ? steps : 0;
            statuses.Persist(run);
            return;
        }

        var index = rollout.StepIndex;
        if (rollout.PromoteFull || FastTrack.WithinWindow(run))
        {
            run.Pauses.Clear();
            run.Pauses.RemoveAbort();
            if (steps > 0) index = steps;
        }

        if (Promotion.Reason(run) is { } reason) promotion.Promote(run, reason);
        else if (run.Aborted) SetIndex(steps > 0 ? status.Text("stableRS") == status.Text("currentPodHash") ? steps : 0 : null);
        else SetIndex(Advance(run, index));
        statuses.Persist(run);

        void SetIndex(int? value)
        {
            if (value is { } number) status["currentStepIndex"] = number;
        }
    }

    private int? Advance(RolloutRun run, int? index)
    {
        if (index is not { } at || !StepCompleted(run) || at >= run.Rollout.Steps.Count) return index;
        run.Status.Object("canary")?.Remove("currentStepAnalysisRunStatus");
        run.Pauses.Remove(PauseBook.CanaryStep);
        context.Events.Normal(run.Rollout.Stored, RolloutNames.Component, "RolloutStepCompleted",
            $"Rollout step {at + 1}/{run.Rollout.Steps.Count} completed ({run.Rollout.Steps[at]})");
        return at + 1;
    }

    private bool SkipsSteps(RolloutRun run)
    {
        if (run.New is not { } set) return false;
        var stable = set.Hash() == run.Rollout.StableHash;
        if (!stable && !(FastTrack.WithinWindow(run) && set.Desired > 0)) return false;
        context.Events.Normal(run.Rollout.Stored, RolloutNames.Component, "SkipSteps",
            stable ? "Rollback to stable ReplicaSets" : "Rollback to active ReplicaSets within RollbackWindow");
        return true;
    }
}
