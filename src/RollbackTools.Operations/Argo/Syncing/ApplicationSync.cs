using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>Has Argo CD look at Git again, deploy what it finds, and proves that it works.</summary>
internal sealed class ApplicationSync(ApplicationSyncRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private readonly ApplicationVerifier verifier = new(estate, reporter, time);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation) =>
        ApplicationPlans.EachAsync(estate, request.Applications, PlanAsync, cancellation);

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => Plan(target.Draft, target.Planned.Steps, [], []))]);

    private async Task<TargetPlan> PlanAsync(ArgoApplication application, RollbackResult draft, CancellationToken cancellation)
    {
        ApplicationRules.MustReconcile(application);
        if (request.Revision is not null && SyncPolicy.IsOn(application.Automated))
        {
            throw new RollbackException("AutoSyncOn",
                $"{application} in {draft.Namespace} syncs by itself: it would go from {request.Revision} back to what it follows.")
            {
                Target = $"{application} in {draft.Namespace}",
                NextStep = $"Set-ArgoSyncPolicy {draft.Name} -Namespace {draft.Namespace} -Policy None",
            };
        }

        if (request.Revision is null && !request.AllowBadRevision)
            GitState.MustNotBeBad(application, $"Invoke-ArgoSync {draft.Name} -Namespace {draft.Namespace} -AllowBadRevision");
        var permission = await ApplicationPlans.PermissionAsync(estate.ArgoCd, application, time, "wait until it opens.", cancellation);
        if (!request.Preempt && !ApplicationRules.SyncsByItself(application)) ApplicationRules.MustBeIdle(application, "Invoke-ArgoSync");
        var stuck = request.NoWait ? [] : await new StuckPodRelief(estate).PlanAsync(application, cancellation);
        var deployed = Deployed.Of(application);
        var seen = await SyncScope.ReadAsync(estate, application, null, cancellation);
        var scope = request.IncludeSuspended ? seen.WithStopped() : seen;
        List<Step> steps = [.. request.Preempt && application.IsOperating ? [TerminateOperation.Of(application)] : Array.Empty<Step>(), Sync(application, deployed) with { Leave = scope.Left }];
        return Plan(draft with
        {
            From = deployed?.Version.Describe() ?? "",
            To = request.Revision ?? GitState.Of(application)?.Describe() ?? "what Git holds",
            FromRevision = deployed?.Entry?.Id ?? 0,
            Warnings = [.. permission.Warnings, .. scope.Warnings(application), .. request.IncludeSuspended ? seen.Stopped.Select(one => Starting(application, one)) : []],
        }, steps, [permission.Words, .. scope.Words], stuck);
    }

    // What agrees with Git while it wants no pods has no number of pods there.
    private static string Starting(ArgoApplication application, LeftAlone stopped) =>
        application.Resources.Any(item => item.Identity == stopped.Object && item.Status == "Synced")
            ? $"{stopped.Object} stays stopped ({stopped.Why}): Git does not say how many pods it wants."
            : $"{stopped.Object} starts again ({stopped.Why}).";

    private SyncApplication Sync(ArgoApplication application, Deployed? deployed) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        Uid = application.Metadata.Uid,
        OperationId = SyncApplication.NewId(),
        Revision = request.Revision,
        Refresh = request.Revision is null,
        AllowBad = request.AllowBadRevision || request.Revision is not null,
        From = deployed?.Version,
        FromHistoryId = deployed?.Entry?.Id,
        Prune = request.Prune,
        SkipHooks = request.SkipHooks,
        SyncOptions = application.SyncOptions,
        Reason = request.Reason,
        Timeout = request.Timeout,
        NoWait = request.NoWait,
    };

    private TargetPlan Plan(RollbackResult draft, IReadOnlyList<Step> steps, IReadOnlyList<string> checks, IReadOnlyList<string> stuck)
    {
        var name = ApplicationPlans.NameOf(draft);
        return new TargetPlan
        {
            Draft = draft with { Steps = [.. checks, .. steps.Select(step => step.Description), .. stuck, "then wait until it is Healthy"] },
            Steps = steps,
            Action = "Sync Argo CD application",
            Success = RollbackOutcome.Changed,
            Locks = ApplicationRules.LocksFor(estate, name),
            Verify = request.NoWait ? null : (run, token) => VerifyAsync(name, steps.OfType<SyncApplication>().LastOrDefault(), run, token),
        };
    }

    private async Task<Verdict> VerifyAsync(ApplicationName name, SyncApplication? sync, TargetRun run, CancellationToken cancellation)
    {
        var state = sync?.Result?.OperationState;
        ApplicationExpectation expected = new() { Version = state?.Version, After = state?.FinishedAt, Timeout = request.Timeout };
        var verdict = await verifier.VerifyAsync(name, expected, run.ApplyAsync, cancellation);
        // What Git held is known only now: the plan was made before it was looked at again.
        if (state?.Version is { } synced) verdict = verdict with { Complete = result => result with { To = synced.Describe() } };
        if (verdict.Healthy && request.Revision is null) verdict = await SayAfterwardsAsync(name, verdict, cancellation);
        var left = state?.Resources.Where(resource => resource.Status == "PruneSkipped").Select(resource => $"{resource.Kind.ToLowerInvariant()}/{resource.Name}").ToList() ?? [];
        return left.Count == 0 ? verdict : verdict with
        {
            Warnings = [.. verdict.Warnings, $"{string.Join(", ", left.Take(5))} {(left.Count == 1 ? "is" : "are")} no longer in Git and still there: add -Prune to delete {(left.Count == 1 ? "it" : "them")}."],
        };
    }

    // A pause of this module's lasts until somebody ends it, and so do its notes on what runs again.
    private async Task<Verdict> SayAfterwardsAsync(ApplicationName name, Verdict verdict, CancellationToken cancellation)
    {
        var now = await estate.ArgoCd.GetAsync(name, ArgoRefresh.None, cancellation);
        var scope = await SyncScope.ReadAsync(estate, now, null, cancellation);
        var still = scope.Stopped.Where(one => request.IncludeSuspended && one.Start is not null).Select(one => one.Object.ToString()).ToList();
        var paused = PausedPolicy.Of(now) is not null && !SyncPolicy.IsOn(now.Automated);
        var words = still.Count > 0 ? $"{string.Join(", ", still)} {(still.Count == 1 ? "is" : "are")} still stopped, because Git does not say how many pods"
            : scope.Started.Count > 0 && paused ? $"automated sync of {now} is still off, since {string.Join(", ", scope.Started)} {(scope.Started.Count == 1 ? "was" : "were")} stopped"
            : paused ? SyncAfterwards.Of(now, paused: false, restored: false, scope.Stopped).Words
            : null;
        var next = still.Count + scope.Started.Count > 0 ? scope.Resume : paused ? SyncAfterwards.Of(now, paused: false, restored: false, scope.Stopped).Next : null;
        return words is null && next is null ? verdict : verdict with
        {
            Message = words is null ? verdict.Message : $"{verdict.Message}; {words}",
            NextStep = verdict.NextStep ?? next,
        };
    }
}
