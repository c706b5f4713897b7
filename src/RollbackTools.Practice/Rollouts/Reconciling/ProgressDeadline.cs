using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>When an update has made no progress for too long.</summary>
internal static class ProgressDeadline
{
    /// <summary>Aborts an update that is too late, where <c>spec.progressDeadlineAbort</c> says so.</summary>
    public static void Abort(RolloutRun run, ControllerContext context)
    {
        var rollout = run.Rollout;
        if (!rollout.Spec.Flag("progressDeadlineAbort") || run.Aborted || Progress.Completed(run.Status) || Progress.Made(run)) return;
        if (Waits(run) || !TimedOut(rollout, rollout.Progressing, context)) return;
        run.Pauses.Abort(Message(run));
        context.Events.Warning(rollout.Stored, RolloutNames.Component, "RolloutAborted", Message(run));
    }

    /// <summary>Whether waiting is what it does: an experiment, an analysis, a pause, a ReplicaSet within its delay.</summary>
    public static bool Waits(RolloutRun run) => Indefinite(run.Rollout) || run.Others.Any(set => set.ScaleDownDeadline() is not null);

    public static bool TimedOut(RolloutView rollout, JsonObject? progressing, ControllerContext context) => progressing.Text("reason") switch
    {
        null or "RolloutAborted" or "RolloutPaused" => false,
        "ProgressDeadlineExceeded" => true,
        _ => (progressing.Time("lastUpdateTime") ?? context.Now) + context.Tempo.Scaled(rollout.ProgressDeadline) < context.Now,
    };

    public static string Message(RolloutRun run) =>
        run.New is { } set ? $"ReplicaSet \"{set.Name}\" has timed out progressing." : $"Rollout \"{run.Rollout.Name}\" has timed out progressing.";

    /// <summary>How long until it must be looked at again; null when no deadline is running.</summary>
    public static TimeSpan? Left(RolloutRun run, ControllerContext context)
    {
        var rollout = run.Rollout;
        if (rollout.Progressing is not { } current || current.Text("reason") == "ProgressDeadlineExceeded") return null;
        if (Progress.Healthy(rollout, run.Status) || rollout.IsPaused || rollout.Abort || Indefinite(rollout)) return null;
        var left = (current.Time("lastUpdateTime") ?? context.Now) + context.Tempo.Scaled(rollout.ProgressDeadline) - context.Now;
        return (left > TimeSpan.Zero ? left : TimeSpan.Zero) + context.Tempo.Scaled(1);
    }

    private static bool Indefinite(RolloutView rollout) =>
        rollout.Step is { } step && (step.IsExperiment || step.IsPause || step.Analysis is not null) || rollout.Condition("Paused").Text("status") == "True";
}
