using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Restoring;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Rollouts;

/// <summary>
/// What belongs to a Rollout's return besides its template: traffic first (abort), then the template, then whatever would keep the
/// controller from taking it up, and, when it was asked for, past the steps.
/// </summary>
internal static class RolloutReturn
{
    public static IReadOnlyList<Step> Steps(WorkloadSnapshot rollout, RestoreTemplate restore, bool resumePaused, bool fastTrack)
    {
        List<Step> steps = [];
        if (rollout.Kind != WorkloadKind.Rollout) return [restore];
        if (RolloutState.IsUnfinished(rollout.Object) && !rollout.Object.Status.Abort) steps.Add(Abort(rollout));
        steps.Add(restore);
        if (resumePaused && rollout.Object.Spec.Paused && rollout.Reference is not null)
            steps.Add(new SetRolloutPause { Namespace = rollout.Namespace, Name = rollout.Name, Uid = rollout.Object.Metadata.Uid });
        if (fastTrack && TakesSteps(rollout, restore.To)) steps.Add(Promote(rollout, restore.To));
        return steps;
    }

    /// <summary>
    /// What takes a version that is asked for already to stable at once, wherever it stands: at a pause, between two, or aborted. Nothing where it is
    /// stable.
    /// </summary>
    public static IReadOnlyList<Step> Onwards(WorkloadSnapshot rollout, TemplateIdentity to)
    {
        if (rollout.Kind != WorkloadKind.Rollout || rollout.Stable is not { } stable || stable.Source == to.Source) return [];
        var promotion = Promote(rollout, to);
        return rollout.Object.Status.Abort ? [Abort(rollout) with { Abort = false }, promotion] : [promotion];
    }

    /// <summary>What nobody measures when all steps are passed over.</summary>
    public static string? Danger(WorkloadSnapshot rollout, TemplateIdentity to, IEnumerable<Step> steps) => steps.OfType<PromoteRolloutFully>().FirstOrDefault() is { } promotion
        ? $"{rollout} in {rollout.Namespace} goes to {to.Describe()} past {(promotion.Steps > 0 ? $"the {promotion.Steps} steps of its canary and " : "")}all analysis: nothing measures it before it has all traffic."
        : null;

    public static SetRolloutAbort Abort(WorkloadSnapshot rollout) => new()
    {
        Namespace = rollout.Namespace, Name = rollout.Name, Uid = rollout.Object.Metadata.Uid, Abort = true, PodHash = rollout.Object.Status.CurrentPodHash ?? "",
    };

    /// <summary>What will happen on the way back, where it is not what one would think.</summary>
    public static IReadOnlyList<string> Warnings(WorkloadSnapshot rollout, TemplateIdentity to, bool fastTrack)
    {
        if (rollout.Kind != WorkloadKind.Rollout) return [];
        if (IsStillUp(rollout, to)) return [$"{to.Describe()} is still up beside the present version, so it is switched to at once, without analysis."];
        if (!TakesSteps(rollout, to)) return [];
        var steps = CanaryStep.CountOf(rollout.Object);
        if (fastTrack) return [$"With -FastTrack nothing measures {to.Describe()} on its way back: it takes all traffic at once."];
        var how = RolloutState.IsBlueGreen(rollout.Object) ? "is brought up beside the present version first, with its analysis and promotion"
            : steps > 0 ? $"goes through all {steps} steps of the canary again, with their pauses and analysis" : null;
        if (how is null) return [];
        return [$"{rollout} has rolled {ContainerImage.Describe(rollout.Template.Images)} out completely, so {to.Describe()} {how}. -FastTrack (Undo-ArgoRollout) skips that."];
    }

    // A blue-green ReplicaSet that was not scaled down yet is switched to without pause and analysis (bluegreen.go, isBlueGreenFastTracked).
    private static bool IsStillUp(WorkloadSnapshot rollout, TemplateIdentity to) =>
        RolloutState.IsBlueGreen(rollout.Object) && rollout.Stable is { } stable && stable.Source != to.Source
        && rollout.Revisions.FirstOrDefault(revision => revision.Source == to.Source)?.Scale is > 0;

    /// <summary>
    /// Whether the way back goes through the strategy again: not back to what is stable, and not within spec.rollbackWindow (canary.go,
    /// isRollbackWithinWindow).
    /// </summary>
    private static bool TakesSteps(WorkloadSnapshot rollout, TemplateIdentity to)
    {
        if (rollout.Stable is not { } stable || stable.Source == to.Source || IsStillUp(rollout, to)) return false;
        if (rollout.Object.Spec.RollbackWindow is not { Revisions: > 0 and var window }) return true;
        var target = rollout.Revisions.FirstOrDefault(revision => revision.Source == to.Source);
        return target is null || target.CreatedAt >= stable.CreatedAt
            || rollout.Revisions.Count(revision => revision.CreatedAt > target.CreatedAt && revision.CreatedAt < stable.CreatedAt) >= window;
    }

    private static PromoteRolloutFully Promote(WorkloadSnapshot rollout, TemplateIdentity to) => new()
    {
        Namespace = rollout.Namespace,
        Name = rollout.Name,
        Uid = rollout.Object.Metadata.Uid,
        PodHash = rollout.Revisions.FirstOrDefault(revision => revision.Source == to.Source)?.PodHash,
        Steps = CanaryStep.CountOf(rollout.Object),
    };
}
