using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Rollouts;

/// <summary>What has to be seen after a Rollout was told something.</summary>
internal static class RolloutOutcomes
{
    public static RolloutExpectation Of(RolloutOrder order, WorkloadSnapshot planned) => order switch
    {
        RolloutOrder.Abort => Aborted(planned),
        RolloutOrder.Retry => Retried(planned),
        RolloutOrder.Promote => Promoted(planned),
        _ => FullyPromoted(planned),
    };

    private static RolloutExpectation Aborted(WorkloadSnapshot planned) => new()
    {
        // The controller dates the abort when it has acted on it.
        TakenUp = now => now.Object.Status is { Abort: true, AbortedAt: not null } || !IsSame(planned, now) || !now.Object.Status.Abort,
        Missing = now => now.Object.Status.AbortedAt is null ? "the controller has not seen the abort yet" : RolloutWeight.MissingForStable(now) ?? "done",
        Judge = now =>
        {
            if (!IsSame(planned, now)) return Overtaken(now);
            if (!now.Object.Status.Abort) return Overtaken(now);
            if (RolloutWeight.MissingForStable(now) is not null) return null;
            var stable = now.Stable!;
            var left = now.Current == stable ? ContainerImage.Describe(now.Template.Images) : Describe(now.Current, now);
            return Verdict.Good($"aborted: all traffic is with revision {stable.Number} ({ContainerImage.Describe(stable.Template.Images)}) again. That is no rollback: {now} still asks for {left}, " +
                "and stays degraded until that is taken back or tried again") with
            {
                NextStep = $"Undo-ArgoRollout {now.Name} -Namespace {now.Namespace}",
            };
        },
    };

    private static RolloutExpectation Retried(WorkloadSnapshot planned) => new()
    {
        TakenUp = now => RolloutState.Of(now.Object) is { Observed: true, Phase: not RolloutPhase.Degraded } || !IsSame(planned, now),
        Missing = now => RolloutStatus.Of(now).Message,
        Judge = now => !IsSame(planned, now) ? Overtaken(now)
            : Verdict.Good($"tries {Describe(now.Current, now)} again from its first step ({RolloutStatus.Of(now).Message})") with { NextStep = $"Get-ArgoRollout {now.Name} -Namespace {now.Namespace}" },
    };

    private static RolloutExpectation Promoted(WorkloadSnapshot planned) => new()
    {
        TakenUp = now => RolloutState.Of(now.Object).Observed || !IsSame(planned, now),
        Missing = now => RolloutStatus.Of(now).Message,
        Judge = now =>
        {
            if (!IsSame(planned, now)) return Overtaken(now);
            var status = RolloutStatus.Of(now);
            if (RolloutState.Of(now.Object).Phase == RolloutPhase.Degraded) return Verdict.Lost("RolloutDegraded", $"{now} in {now.Namespace} is degraded: {now.Object.Status.Message}.");
            if (status.WaitsFor is { } what) return ArgoRolloutVerdict.Paused(now, what, now.Object);
            return Verdict.Good(status.Complete ? $"stable: {status.Message}" : $"goes on: {status.Message}") with
            {
                NextStep = status.Complete ? null : $"Get-ArgoRollout {now.Name} -Namespace {now.Namespace}",
            };
        },
    };

    private static RolloutExpectation FullyPromoted(WorkloadSnapshot planned) => new()
    {
        TakenUp = now => RolloutState.Of(now.Object).Observed || !IsSame(planned, now),
        Missing = now => RolloutStatus.Of(now).Message,
        Judge = now =>
        {
            if (!IsSame(planned, now)) return Overtaken(now);
            var status = RolloutStatus.Of(now);
            if (status.Complete) return Verdict.Good($"stable: {status.Message}") with { Unproven = status.ProvesNothing };
            return RolloutState.Of(now.Object).Phase == RolloutPhase.Degraded
                ? Verdict.Lost("RolloutDegraded", $"{now} in {now.Namespace} is degraded: {now.Object.Status.Message}.") : null;
        },
    };

    // The same version as when this was planned.
    private static bool IsSame(WorkloadSnapshot planned, WorkloadSnapshot now) => planned.Object.Status.CurrentPodHash == now.Object.Status.CurrentPodHash;

    private static Verdict Overtaken(WorkloadSnapshot now) =>
        Verdict.Lost("ChangedMeanwhile", $"{now} in {now.Namespace} was changed meanwhile: it now has {ContainerImage.Describe(now.Template.Images)} on its way.") with
        {
            NextStep = $"Get-ArgoRollout {now.Name} -Namespace {now.Namespace}",
        };

    private static string Describe(Revision? revision, WorkloadSnapshot rollout) => ContainerImage.Describe((revision?.Template ?? rollout.Template).Images);
}
