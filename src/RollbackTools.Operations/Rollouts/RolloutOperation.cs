using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Proof;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Rollouts;

/// <summary>Tells Rollouts how to go on, and sees that their controller does.</summary>
internal sealed class RolloutOperation(RolloutRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private readonly WorkloadReader reader = new(estate.Cluster);
    private readonly RolloutWait wait = new(estate.Cluster, reporter, time);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        var answers = await reader.ReadAsync([.. request.Rollouts.Select(one => one with { Kind = WorkloadKind.Rollout }).Distinct()], cancellation);
        return [.. answers.Select(BeingDeleted.Refused).Select(answer => answer.Snapshot is { } rollout ? Plan(rollout) : Refused(answer))];
    }

    public async Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        var answers = await reader.ReadAsync([.. targets.Select(target =>
            new WorkloadReference { Kind = WorkloadKind.Rollout, Namespace = target.Draft.Namespace, Name = target.Draft.Name })], cancellation);
        return [.. targets.Zip(answers.Select(BeingDeleted.Refused), (target, answer) => answer.Snapshot is { } rollout
            ? Going(rollout, target.Draft, target.Planned.Steps)
            : new TargetPlan { Draft = target.Draft, Refusal = answer.Refusal })];
    }

    private TargetPlan Plan(WorkloadSnapshot rollout)
    {
        var draft = Draft(rollout);
        if (!RolloutState.IsUnfinished(rollout.Object)) return NothingOnItsWay(rollout, draft);
        var aborted = rollout.Object.Status.Abort;
        return request.Order switch
        {
            // Also when it is aborted already: whether the traffic is back is still to be seen.
            RolloutOrder.Abort => Going(rollout, draft, aborted ? [] : [RolloutReturn.Abort(rollout)]),
            RolloutOrder.Retry when !aborted => Settled(rollout, draft, $"{rollout} is not aborted", null),
            RolloutOrder.Retry => Going(rollout, draft, [RolloutReturn.Abort(rollout) with { Abort = false }]),
            _ when aborted => Aborted(rollout, draft),
            RolloutOrder.Promote => Promote(rollout, draft),
            _ => Going(rollout, draft, [.. Unpause(rollout), PromoteFully(rollout)]) with
            {
                Danger = $"{rollout} in {rollout.Namespace} goes to {ContainerImage.Describe(rollout.Template.Images)} past all steps and analysis: nothing measures it before it has all traffic.",
            },
        };
    }

    private TargetPlan Promote(WorkloadSnapshot rollout, RollbackResult draft)
    {
        var step = PromoteRollout.Of(rollout.Object);
        var unpause = Unpause(rollout);
        // Nothing to end and nothing to leave: the strategy goes on by itself.
        if (step is { PausedSince: null, AtStep: null } || (step.PausedSince is null && unpause.Count > 0))
        {
            return unpause.Count > 0 ? Going(rollout, draft, unpause)
                : Settled(rollout, draft, $"{rollout} is at no pause and no step: it goes on by itself ({RolloutStatus.Of(rollout).Message})", null);
        }

        return Going(rollout, draft, [.. unpause, step]) with
        {
            Danger = step.PausedSince is null ? $"{rollout} in {rollout.Namespace} leaves {step.StepWords} before it has ended." : null,
        };
    }

    private TargetPlan Going(WorkloadSnapshot rollout, RollbackResult draft, IReadOnlyList<Step> steps) => new()
    {
        Draft = draft with
        {
            Steps = steps.Count == 0 ? ["nothing to change: aborted already; wait until the traffic is with the stable version"]
                : [.. steps.Select(step => step.Description), .. request.NoWait ? (string[])[] : [$"then {Words()}"]],
        },
        Steps = steps,
        Action = request.Order switch
        {
            RolloutOrder.Abort => "Abort Rollout",
            RolloutOrder.Retry => "Retry Rollout",
            RolloutOrder.Promote => "Promote Rollout",
            _ => "Promote Rollout fully",
        },
        Success = steps.Count == 0 ? RollbackOutcome.AlreadyThere : RollbackOutcome.Changed,
        Verify = request.NoWait ? null : (run, token) => wait.UntilAsync(
            rollout, RolloutOutcomes.Of(request.Order, rollout), request.Timeout, $"{Noun()} {rollout} in {rollout.Namespace} (run {run.RunId})", token),
    };

    private string Words() => request.Order switch
    {
        RolloutOrder.Abort => "wait until the controller has given the traffic back to the stable version",
        RolloutOrder.PromoteFully => "wait until it is stable",
        _ => "wait until the controller goes on",
    };

    private string Noun() => request.Order switch
    {
        RolloutOrder.Abort => "Aborting",
        RolloutOrder.Retry => "Retrying",
        _ => "Promoting",
    };

    private TargetPlan NothingOnItsWay(WorkloadSnapshot rollout, RollbackResult draft)
    {
        var runs = ContainerImage.Describe(rollout.Template.Images);
        var status = RolloutStatus.Of(rollout);
        if (IsFirst(rollout) && !status.Complete && !rollout.Object.Spec.Paused)
        {
            return new TargetPlan
            {
                Draft = draft,
                Refusal = new RollbackException("NothingStable",
                    $"{rollout} in {rollout.Namespace} has no stable version yet: {runs} is its first and never became available ({status.Message}). There is nothing to go back to.")
                {
                    Target = $"{rollout} in {rollout.Namespace}",
                    NextStep = $"Get-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace}",
                },
            };
        }

        return request.Order switch
        {
            RolloutOrder.Abort when !status.Complete => Settled(rollout, draft with { Warnings = [$"Nothing was aborted: {runs} is the stable version, though {status.Message}. To leave it: Undo-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace}"] },
                $"nothing of {rollout} is on its way: {runs} is the stable version, though {status.Message}, and aborting does nothing then. To leave it, undo it",
                $"Undo-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace}"),
            RolloutOrder.Abort => Settled(rollout, draft with { Warnings = [$"Nothing was aborted: {runs} was rolled out completely and serves everybody. To leave it: Undo-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace}"] },
                $"nothing of {rollout} is on its way: {runs} was rolled out completely and is stable, and aborting does nothing then. To leave it, undo it",
                $"Undo-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace}"),
            _ when rollout.Object.Spec.Paused => Going(rollout, draft, Unpause(rollout)),
            _ => Settled(rollout, draft, $"nothing of {rollout} is on its way: {runs} is stable ({status.Message})", null),
        };
    }

    // The controller calls the first version stable from its first moment on, and notes that it was healthy only once it was.
    private static bool IsFirst(WorkloadSnapshot rollout) =>
        string.IsNullOrEmpty(rollout.Object.Status.StableRS) || (rollout.Object.Status.Condition("Healthy") is null && rollout.Revisions.Count <= 1);

    private TargetPlan Aborted(WorkloadSnapshot rollout, RollbackResult draft) => new()
    {
        Draft = draft,
        Refusal = new RollbackException("Aborted", $"{rollout} in {rollout.Namespace} is aborted: it can be tried again from its first step, or taken back, but not promoted.")
        {
            Target = $"{rollout} in {rollout.Namespace}",
            NextStep = $"To take it back: Undo-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace}; to try it again: Resume-ArgoRollout {rollout.Name} -Namespace {rollout.Namespace} -Retry",
        },
    };

    private static IReadOnlyList<Step> Unpause(WorkloadSnapshot rollout) => !rollout.Object.Spec.Paused ? [] :
        [new SetRolloutPause { Namespace = rollout.Namespace, Name = rollout.Name, Uid = rollout.Object.Metadata.Uid }];

    private static PromoteRolloutFully PromoteFully(WorkloadSnapshot rollout) => new()
    {
        Namespace = rollout.Namespace,
        Name = rollout.Name,
        Uid = rollout.Object.Metadata.Uid,
        PodHash = rollout.Object.Status.CurrentPodHash,
        Steps = Math.Max(0, CanaryStep.CountOf(rollout.Object) - (CanaryStep.Current(rollout.Object)?.Index ?? 0)),
    };

    private static TargetPlan Settled(WorkloadSnapshot rollout, RollbackResult draft, string message, string? next) => new()
    {
        Draft = draft with { To = ContainerImage.Describe((rollout.Stable?.Template ?? rollout.Template).Images), Steps = [$"nothing to change: {message}"], NextStep = next },
        Settled = Verdict.Good(message),
        Success = RollbackOutcome.AlreadyThere,
    };

    private TargetPlan Refused(WorkloadAnswer answer) => new()
    {
        Draft = new RollbackResult { Estate = estate.Name, Namespace = answer.Namespace, Kind = nameof(WorkloadKind.Rollout), Name = answer.Reference.Name },
        Refusal = answer.Refusal,
    };

    private RollbackResult Draft(WorkloadSnapshot rollout)
    {
        var (newer, stable) = (ContainerImage.Describe(rollout.Template.Images), rollout.Stable is { } kept ? ContainerImage.Describe(kept.Template.Images) : "");
        var back = request.Order == RolloutOrder.Abort;
        return new RollbackResult
        {
            Estate = estate.Name,
            Namespace = rollout.Namespace,
            Kind = nameof(WorkloadKind.Rollout),
            Name = rollout.Name,
            From = back ? newer : stable,
            To = back ? stable : newer,
            FromRevision = (back ? rollout.Current : rollout.Stable)?.Number ?? 0,
            ToRevision = (back ? rollout.Stable : rollout.Current)?.Number ?? 0,
        };
    }
}
