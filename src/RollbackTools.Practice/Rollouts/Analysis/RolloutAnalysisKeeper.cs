using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts.Reconciling;
using RollbackTools.Practice.Rollouts.Strategies;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>Starts a Rollout's AnalysisRuns where its steps and phases ask for them, and draws the consequences of what they find.</summary>
internal sealed class RolloutAnalysisKeeper(ControllerContext context)
{
    private readonly AnalysisRunFactory factory = new(context);

    public void Reconcile(RolloutRun run)
    {
        var before = run.Analyses;
        var rollout = run.Rollout;
        var over = rollout.FullyPromoted || run.Aborted || rollout.PromoteFull || FastTrack.IsFastRollback(run) || rollout.StableHash.Length == 0;
        RolloutAnalyses now;
        if (over)
        {
            foreach (var one in before.Current) Cancel(one);

            // A canary forgets its runs when they are over; blue-green keeps what it last saw.
            now = new RolloutAnalyses { PrePromotion = before.PrePromotion, PostPromotion = before.PostPromotion };
        }
        else if (rollout.Canary is not null)
        {
            now = new RolloutAnalyses { Step = Step(run), Background = Background(run) };
        }
        else
        {
            now = BlueGreen(run);
        }

        List<StoredObject> others = [.. before.Others.Concat(before.Current).Where(one => now.Current.All(kept => kept.Name != one.Name))];
        foreach (var one in others) Cancel(one);
        run.Analyses = now with { Others = others };
        foreach (var gone in AnalysisHistory.Surplus(run)) context.Store.Delete(gone.Type, gone.Namespace, gone.Name, ifUid: gone.Uid());
        Record(run, "canary", "currentStepAnalysisRunStatus", "Step", now.Step);
        Record(run, "canary", "currentBackgroundAnalysisRunStatus", "Background", now.Background);
        Record(run, "blueGreen", "prePromotionAnalysisRunStatus", "PrePromotion", now.PrePromotion);
        Record(run, "blueGreen", "postPromotionAnalysisRunStatus", "PostPromotion", now.PostPromotion);
    }

    private StoredObject? Step(RolloutRun run)
    {
        var rollout = run.Rollout;
        var current = run.Analyses.Step;
        if (rollout.PauseConditions.Any() || rollout.Abort) return current;
        var former = current is not null && current.Labels.GetValueOrDefault("step-index") != Numbers.Text(rollout.StepIndex ?? 0);
        if (rollout.Step?.Analysis is not { } analysis || former)
        {
            Cancel(current);
            return null;
        }

        if (!NeedsNew(rollout, current)) return Judge(run, current!, "Step-based analysis phase error/failed");
        var index = Numbers.Text(rollout.StepIndex!.Value);
        return factory.Create(run, analysis, index, new JsonObject { ["rollout-type"] = "Step", ["step-index"] = index });
    }

    private StoredObject? Background(RolloutRun run)
    {
        var rollout = run.Rollout;
        var current = run.Analyses.Background;
        if (rollout.Canary.Object("analysis") is not { } analysis)
        {
            Cancel(current);
            return null;
        }

        if (rollout.CurrentHash.Length == 0 || rollout.StepIndex < (analysis.Number("startingStep") ?? 0)) return null;
        if (rollout.PauseCondition(PauseBook.Inconclusive) is not null) return current;
        return NeedsNew(rollout, current)
            ? factory.Create(run, analysis, "", new JsonObject { ["rollout-type"] = "Background" })
            : Judge(run, current!, "Background analysis phase error/failed");
    }

    private RolloutAnalyses BlueGreen(RolloutRun run)
    {
        var pre = Promotion(run, run.Analyses.PrePromotion, "prePromotionAnalysis", "pre", "PrePromotion", RolloutPromotionWindow.SkipsPrePromotion(run));
        if (pre is not null) Judge(run, pre, "Blue/green pre-promotion analysis phase error/failed");
        var post = Promotion(run, run.Analyses.PostPromotion, "postPromotionAnalysis", "post", "PostPromotion", RolloutPromotionWindow.SkipsPostPromotion(run));
        if (post is not null) Judge(run, post, "Blue/green post-promotion analysis phase error/failed");
        return new RolloutAnalyses { PrePromotion = pre, PostPromotion = post };
    }

    private StoredObject? Promotion(RolloutRun run, StoredObject? current, string field, string infix, string type, bool skipped)
    {
        var rollout = run.Rollout;
        var analysis = rollout.BlueGreen.Object(field);
        if (analysis is null || skipped)
        {
            Cancel(current);
            return analysis is null ? null : current;
        }

        if (rollout.PauseCondition(PauseBook.Inconclusive) is not null || !NeedsNew(rollout, current)) return current;
        return factory.Create(run, analysis, infix, new JsonObject { ["rollout-type"] = type });
    }

    /// <summary>After an abort, and after somebody resumed what came to no conclusion, it is measured anew.</summary>
    private static bool NeedsNew(RolloutView rollout, StoredObject? current)
    {
        if (current is null) return true;
        if (rollout.ControllerPause && rollout.PauseCondition(PauseBook.CanaryStep) is null && rollout.PauseCondition(PauseBook.BlueGreen) is null)
            return current.Phase() == "Inconclusive";
        return rollout.Status.Text("abortedAt") is not null;
    }

    private static StoredObject Judge(RolloutRun run, StoredObject current, string failed)
    {
        switch (current.Phase())
        {
            case "Inconclusive":
                run.Pauses.Add(PauseBook.Inconclusive);
                break;
            case "Error" or "Failed":
                run.Pauses.Abort(current.Read.Text("status", "message") is { Length: > 0 } message ? $"{failed}: {message}" : failed);
                break;
        }

        return current;
    }

    private void Cancel(StoredObject? run)
    {
        if (run is null || AnalysisRunFacts.Completed(run.Phase()) || run.Read.Flag("spec", "terminate")) return;
        context.Store.Update(run.Type, run.Namespace, run.Name, body =>
        {
            body.Child("spec")["terminate"] = true;
            return true;
        });
    }

    private void Record(RolloutRun run, string strategy, string field, string type, StoredObject? current)
    {
        if (current is null) return;
        var phase = current.Phase();
        JsonObject status = new() { ["name"] = current.Name, ["status"] = phase };
        if (current.Read.Text("status", "message") is { Length: > 0 } message) status["message"] = message;
        run.Status.Child(strategy)[field] = status;

        var before = run.Rollout.Status.Object(strategy, field);
        if (phase.Length == 0 || (before is not null && (before.Text("name") != current.Name || before.Text("status") == phase))) return;
        var text = $"{type} Analysis Run '{current.Name}' Status New: '{phase}' Previous: '{before.Text("status") ?? "NoPreviousStatus"}'";
        if (phase is "Failed" or "Error") context.Events.Warning(run.Rollout.Stored, RolloutNames.Component, "AnalysisRun" + phase, text);
        else context.Events.Normal(run.Rollout.Stored, RolloutNames.Component, "AnalysisRun" + phase, text);
    }
}
