using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Rollouts;

/// <summary>
/// Ends the pause a version stands at, or, where it is at no pause, leaves the step it is at. Once: a version that has moved on since is
/// left where it is, so that a run that is taken up again does not skip the next step.
/// </summary>
public sealed record PromoteRollout : RolloutStep
{
    /// <summary>Argo Rollouts' hash of the version this is about.</summary>
    public string PodHash { get; init; } = "";

    /// <summary>The step it was at when this was planned; null without steps.</summary>
    public int? AtStep { get; init; }

    /// <summary>Since when it had been paused then; null when it was at no pause.</summary>
    public DateTimeOffset? PausedSince { get; init; }

    /// <summary>An analysis came to no conclusion; going on is to disregard it.</summary>
    public bool Inconclusive { get; init; }

    /// <summary>As people read it: <c>pause</c>.</summary>
    public string StepWords { get; init; } = "";

    [JsonIgnore]
    public override string Description => PausedSince is not null
        ? $"{Patch("/status")}: pauseConditions → none{(StepWords.Length > 0 ? $", ends {StepWords}" : "")}"
        : $"{Patch("/status")}: currentStepIndex {AtStep} → {AtStep + 1}, leaves {StepWords} unfinished";

    /// <summary>A promotion is not taken back: aborting is the way back.</summary>
    public override Step? Invert() => null;

    internal static PromoteRollout Of(Workload rollout)
    {
        var pause = rollout.Status.PauseConditions.FirstOrDefault();
        return new PromoteRollout
        {
            Namespace = rollout.Metadata.Namespace,
            Name = rollout.Metadata.Name,
            Uid = rollout.Metadata.Uid,
            PodHash = rollout.Status.CurrentPodHash ?? "",
            AtStep = CanaryStep.Current(rollout)?.Index,
            PausedSince = pause is null ? null : pause.StartTime ?? DateTimeOffset.UnixEpoch,
            Inconclusive = rollout.Status.ControllerPause
                && rollout.Status.Canary is { } canary && canary.Text("currentStepAnalysisRunStatus", "status") == "Inconclusive",
            StepWords = CanaryStep.Current(rollout)?.ToString() ?? "",
        };
    }

    private protected override RolloutWrite Decide(Workload live)
    {
        if (live.Status.CurrentPodHash != PodHash) throw Refuse("ChangedMeanwhile", "has another version on its way since this was planned. It was left alone");
        var now = Of(live);
        if (!RolloutState.IsUnfinished(live) || now.AtStep != AtStep || now.PausedSince != PausedSince) return RolloutWrite.Nothing("it has gone on already");
        if (live.Status.Abort) throw Refuse("Aborted", "is aborted: it goes on only from the start (Resume-ArgoRollout -Retry)");

        JsonObject status = new() { ["pauseConditions"] = null };
        if (Inconclusive) status["controllerPause"] = false;
        if (PausedSince is null || Inconclusive) status["currentStepIndex"] = AtStep + 1;
        return new RolloutWrite("promoted") { Status = status };
    }
}
