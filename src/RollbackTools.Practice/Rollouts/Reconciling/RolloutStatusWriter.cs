using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Builds and writes a Rollout's status.</summary>
internal sealed class RolloutStatusWriter(ControllerContext context, Action<RolloutView, TimeSpan> again)
{
    /// <summary>What every strategy's status begins with.</summary>
    public void Begin(RolloutRun run)
    {
        var (rollout, status) = (run.Rollout, run.Status);
        status["currentPodHash"] = run.New?.Hash() ?? TemplateMatch.Hash(rollout);
        status.Count("replicas", run.All.Sum(set => set.Replicas)).Count("updatedReplicas", run.New?.Replicas ?? 0)
            .Count("readyReplicas", run.All.Sum(set => set.Ready));
        if (rollout.Status.Number("collisionCount") is { } collisions) status["collisionCount"] = collisions;
        if (rollout.Status.At("conditions") is { } conditions) status["conditions"] = conditions.DeepClone();
        Conditions.Remove(status, "InvalidSpec");
        if (!status.ContainsKey("restartedAt") && rollout.Status.Text("restartedAt") is { } restarted) status["restartedAt"] = restarted;
        if (rollout.PromoteFull && status.Text("currentPodHash") != rollout.StableHash) status["promoteFull"] = true;
    }

    /// <summary>As at the beginning of a new update.</summary>
    public void Reset(RolloutRun run)
    {
        run.Pauses.Clear();
        run.Pauses.RemoveAbort();
        var status = run.Status;
        if (run.Rollout.Spec.Text("restartAt") is { } restart) status["restartedAt"] = restart;
        status.Remove("promoteFull");
        var canary = status.Child("canary");
        foreach (var field in (string[])["currentStepAnalysisRunStatus", "currentBackgroundAnalysisRunStatus"]) canary.Remove(field);
        var blueGreen = status.Child("blueGreen");
        foreach (var field in (string[])["prePromotionAnalysisRunStatus", "postPromotionAnalysisRunStatus", "scaleUpPreviewCheckPoint"]) blueGreen.Remove(field);
    }

    /// <summary>Completes the status and writes it, if it says anything new.</summary>
    public void Persist(RolloutRun run)
    {
        var (rollout, status) = (run.Rollout, run.Status);
        Observe(rollout, status);
        ProgressDeadline.Abort(run, context);
        run.Pauses.Write(status);
        new RolloutConditions(context, run).Calculate();
        Judge(rollout, status);
        if (JsonNode.DeepEquals(status, rollout.Stored.Read.At("status")))
        {
            if (ProgressDeadline.Left(run, context) is { } left) again(rollout, left);
            return;
        }

        context.Store.WriteStatus(rollout.Stored, status);
        TellPause(run);
    }

    /// <summary>
    /// Writes the Progressing condition and nothing else: as long as the rest speaks of another template, the generation is not observed.
    /// </summary>
    public void WriteProgressing(RolloutView rollout, string reason, string message) =>
        Write(rollout, status => Conditions.Set(status, "Progressing", "True", reason, message, context.Timestamp));

    /// <summary>Changes conditions, and what follows from them, in the status as it is.</summary>
    public void WriteConditions(RolloutView rollout, Action<JsonObject> change) => Write(rollout, status =>
    {
        change(status);
        status["observedGeneration"] = Numbers.Text(rollout.Stored.Generation());
        Judge(rollout, status);
    });

    public static string SelectorText(JsonObject? selector)
    {
        var equal = selector.Map("matchLabels").Select(pair => $"{pair.Key}={pair.Value}");
        var sets = selector.Items("matchExpressions").Select(one => one.Text("operator") switch
        {
            "In" => $"{one.Text("key")} in ({Values(one)})",
            "NotIn" => $"{one.Text("key")} notin ({Values(one)})",
            "Exists" => one.Text("key"),
            _ => $"!{one.Text("key")}",
        });
        return string.Join(',', equal.Concat(sets).Order(StringComparer.Ordinal));

        static string Values(JsonObject one) => string.Join(',', (one.At("values") as JsonArray)?.Select(value => value.Text()) ?? []);
    }

    private void Write(RolloutView rollout, Action<JsonObject> change)
    {
        var status = rollout.Stored.CopyStatus();
        change(status);
        context.Store.WriteStatus(rollout.Stored, status);
        rollout.Stored = context.Store.Find(rollout.Stored.Type, rollout.Namespace, rollout.Name) ?? rollout.Stored;
    }

    private static void Observe(RolloutView rollout, JsonObject status)
    {
        status["observedGeneration"] = Numbers.Text(rollout.Stored.Generation());
        if (rollout.HasWorkloadRef && rollout.Stored.Annotation(RolloutNames.WorkloadGeneration) is { } workload)
            status["workloadObservedGeneration"] = workload;
    }

    private static void Judge(RolloutView rollout, JsonObject status)
    {
        var (phase, message) = RolloutPhase.Of(rollout, status);
        status["phase"] = phase;
        if (message.Length > 0) status["message"] = message;
        else status.Remove("message");
    }

    private void TellPause(RolloutRun run)
    {
        var before = run.Rollout.PauseConditions.Any();
        var now = run.Status.Items("pauseConditions").FirstOrDefault();
        if (!before && now is not null)
            context.Events.Normal(run.Rollout.Stored, RolloutNames.Component, "RolloutPaused", $"Rollout is paused ({now.Text("reason")})");
        else if (before && now is null && run.Status.Text("abortedAt") is null)
            context.Events.Normal(run.Rollout.Stored, RolloutNames.Component, "RolloutResumed", "Rollout is resumed");
    }
}
