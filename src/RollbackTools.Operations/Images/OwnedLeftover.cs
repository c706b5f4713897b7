using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Images;

/// <summary>
/// What an earlier rollback left of its Git part, for workloads that are back already: Git was down, its branch was protected, or the run was
/// cut off for good. A version in Git that nobody rolled away from is somebody's newer one, and is left alone.
/// </summary>
internal sealed class OwnedLeftover(ImageRollbackRequest request, IEstate estate, TimeProvider time, OwnedProof proof)
{
    private readonly GitRemedyPlanner remedies = new(estate, request);

    /// <summary>The plan that finishes it, from the plans that say the workloads are back; null when nothing is left.</summary>
    public async Task<TargetPlan?> PlanAsync(ArgoApplication application, IReadOnlyList<(WorkloadSnapshot Workload, TargetPlan Plan)> back, CancellationToken cancellation)
    {
        var draft = back.Count == 1 ? back[0].Plan.Draft : ApplicationPlans.Draft(estate, application.Name);
        try
        {
            var moves = await remedies.LeftInGitAsync(application, [.. back.Select(one => one.Workload)], time.GetUtcNow(), cancellation);
            var note = PausedPolicy.Of(application);
            if (moves.Count == 0 && (note?.Operation != request.Operation || !await AgreesAsync(application, cancellation))) return null;
            return await PlanAsync(application, draft, back, moves, note, cancellation);
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException or FormatException)
        {
            // They are back all the same.
            return null;
        }
    }

    private async Task<TargetPlan> PlanAsync(ArgoApplication application, RollbackResult draft,
        IReadOnlyList<(WorkloadSnapshot Workload, TargetPlan Plan)> back, IReadOnlyList<WorkloadMove> moves, PausedPolicy? note, CancellationToken cancellation)
    {
        var pause = await new PausePlanner(estate, time).PlanAsync(application, request.Reason, cancellation, request.Operation);
        QuietApplication quiet = new() { Namespace = application.Metadata.Namespace, Application = application.Metadata.Name, Preempt = request.Preempt, Timeout = request.Timeout };
        List<string> warnings = [];
        var (suspensions, kept) = await new BadTagSuspension(request, estate, time).SuspendAsync(application, moves.Count > 0 ? moves : Left(back), warnings, cancellation);
        var scope = await SyncScope.ReadAsync(estate, application, [.. back.Select(one => ArgoObject.Of(one.Workload.Kind, one.Workload.Namespace, one.Workload.Name))], cancellation);
        var restore = !kept || scope.Stopped.Count > 0 ? [] : note?.Operation == request.Operation ? await ExactAsync(application, cancellation) : [.. pause.Steps.Reverse().Select(step => step.Invert()!)];
        var remedy = moves.Count == 0 ? null : await remedies.PlanAsync(application, moves, cancellation);
        List<Step> steps = [.. pause.Steps, .. suspensions, quiet];
        List<Step> then = remedy is null
            ? [new RequireAgreement { Namespace = application.Metadata.Namespace, Application = application.Metadata.Name }, .. restore]
            : [remedy.Step, remedy.Follow(application, moves, request, scope, closedBy: null), .. restore];
        var after = SyncAfterwards.Of(application, pause.Steps.Count > 0, restore.Count > 0, kept ? scope.Stopped : []);
        return new TargetPlan
        {
            Draft = draft with
            {
                Steps = [$"{string.Join(", ", back.Select(one => one.Workload))}: back already", .. steps.Concat(then).Select(step => step.Description), .. remedy is null ? (string[])[] : [remedy.Diff]],
                Warnings = [.. draft.Warnings, .. warnings, .. pause.Warnings, .. remedy?.Warnings ?? [], .. remedy is null ? [] : scope.Warnings(application)],
            },
            Steps = steps,
            Then = then,
            Action = $"Finish the image rollback of Argo CD application {application.Metadata.Name}",
            Success = RollbackOutcome.Changed,
            Locks = [.. back.Select(one => new LockedTarget(one.Workload.Namespace, one.Workload.ToString())), .. ApplicationRules.LocksFor(estate, [application.Name, .. pause.Touched])],
            Verify = proof.Of(application, [.. back.Select(one => new ProvenWorkload(one.Workload, one.Workload.Template.Images, null))], GitPart.Follows, after),
            Conclude = OwnedWords.Conclude(application, after),
        };
    }

    private async Task<bool> AgreesAsync(ArgoApplication application, CancellationToken cancellation) =>
        (await ApplicationRules.ReadFreshAsync(estate.ArgoCd, application.Name, cancellation)).SyncStatus == "Synced";

    // What they were taken away from last: Image Updater may have been out of reach then.
    private IReadOnlyList<WorkloadMove> Left(IReadOnlyList<(WorkloadSnapshot Workload, TargetPlan Plan)> back) => [.. back.SelectMany(one => KnownGood.Judge(one.Workload, "", time.GetUtcNow())
        .Where(revision => revision is { Current: false, Health: RevisionHealth.Bad }).Take(1).Select(bad => new WorkloadMove
        {
            Kind = one.Workload.Kind, Namespace = one.Workload.Namespace, Name = one.Workload.Name, From = bad.Images, To = one.Workload.Template.Images,
        }))];

    // What was paused for the rollback, owners included, as Set-ArgoSyncPolicy -Policy Exact would put it back.
    private async Task<IReadOnlyList<Step>> ExactAsync(ArgoApplication application, CancellationToken cancellation)
    {
        SyncPolicyRequest exact = new() { Policy = SyncPolicyChoice.Exact, Applications = [application.Name], AllowBadRevision = true, AllowStopped = true };
        await using SyncPolicyChange change = new(exact, estate, time);
        return (await change.PlanAsync(cancellation))[0].Steps;
    }
}
