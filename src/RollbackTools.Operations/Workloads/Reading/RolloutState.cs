using System.Globalization;
using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>A Rollout's phase, as far as it can be believed.</summary>
public enum RolloutPhase
{
    /// <summary>Its controller says nothing of it.</summary>
    Unknown,
    Progressing,
    Paused,
    Healthy,
    Degraded,
}

/// <summary>
/// How far a Rollout has come, by the rules of the Rollouts plugin: its phase is about what was asked for only when the controller has
/// seen the generation (also that of the workload it refers to), and not while a pause is being ended.
/// </summary>
public sealed record RolloutState(RolloutPhase Phase, string Message)
{
    private const string WorkloadGeneration = "rollout.argoproj.io/workload-generation";

    /// <summary>Whether the controller has seen what is asked for now.</summary>
    public bool Observed { get; private init; } = true;

    /// <summary>
    /// The state of a Rollout; <paramref name="referenced"/> is the generation of the workload it refers to that must have been seen,
    /// when one is known.
    /// </summary>
    public static RolloutState Of(Workload rollout, long? referenced = null)
    {
        var status = rollout.Status;
        if (status.ObservedGeneration < rollout.Metadata.Generation) return Unseen("the controller has not seen the change yet");
        if (status is { ControllerPause: true, PauseConditions.Count: 0 }) return Unseen("the controller has not seen yet that its pause was ended");
        if (!IsObserved(rollout, referenced)) return Unseen($"the controller has not seen the change of {rollout.Spec.WorkloadRef} yet");
        var phase = Enum.TryParse<RolloutPhase>(status.Phase, out var known) ? known : RolloutPhase.Unknown;
        return new RolloutState(phase, status.Message ?? "");
    }

    /// <summary>Whether what the status says is about the Rollout, and the workload it refers to, as they are now.</summary>
    internal static bool IsObserved(Workload rollout, long? referenced)
    {
        if (rollout.Status.ObservedGeneration < rollout.Metadata.Generation) return false;
        if (rollout.Spec.WorkloadRef is null || rollout.Status.WorkloadObservedGeneration == 0) return true;
        // The annotation is where the controller notes which generation it was told of; a change of ours may be newer than the note.
        var told = long.TryParse(rollout.Metadata.Annotations.GetValueOrDefault(WorkloadGeneration), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return rollout.Status.WorkloadObservedGeneration >= Math.Max(told, referenced ?? 0);
    }

    /// <summary>Whether a version is on its way that has not become stable, whatever its state.</summary>
    public static bool IsUnfinished(Workload rollout) =>
        rollout.Status is { StableRS: { Length: > 0 } stable, CurrentPodHash: { Length: > 0 } current } && stable != current;

    public static bool IsBlueGreen(Workload rollout) => rollout.Spec.Strategy?.BlueGreen is { ValueKind: JsonValueKind.Object };

    /// <summary>
    /// What a paused Rollout waits for, when that is a person: null where time ends the pause by itself, or it is not paused.
    /// </summary>
    public static string? WaitsFor(Workload rollout)
    {
        if (rollout.Spec.Paused) return "it was paused by hand (spec.paused)";
        // Asked to go past its pauses and not through yet: the pause is what the controller wrote before it saw that.
        if (rollout.Status.PromoteFull) return null;
        foreach (var condition in rollout.Status.PauseConditions)
        {
            switch (condition.Reason)
            {
                case "CanaryPauseStep" when CanaryStep.Current(rollout) is { PausesForGood: false }:
                    break;
                case "CanaryPauseStep":
                    return $"it stands at {CanaryStep.Current(rollout)?.ToString() ?? "a pause step"} until somebody promotes it";
                case "BlueGreenPause":
                    if (rollout.Spec.Strategy?.BlueGreen is { } blueGreen && blueGreen.Flag("autoPromotionEnabled") == false)
                        return "the new version is up beside the old one, and somebody has to promote it";
                    break;
                case "InconclusiveAnalysisRun" or "InconclusiveExperiment":
                    return "its analysis came to no conclusion, and somebody has to decide";
                default:
                    return condition.Reason;
            }
        }

        return null;
    }

    private static RolloutState Unseen(string message) => new(RolloutPhase.Progressing, message) { Observed = false };
}
