using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Releases;

/// <summary>
/// Takes everything an application deploys back to an earlier release by one commit, which Argo CD brings in the order of its sync waves,
/// each begun when the one before is healthy.
/// </summary>
internal sealed class ReleaseRollback(ReleaseRollbackRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation) => ApplicationPlans.EachAsync(estate, [request.Application!], PlanAsync, cancellation);

    public async Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        List<TargetPlan> plans = [];
        foreach (var target in targets)
        {
            var application = await ApplicationRules.FindAsync(estate.ArgoCd, ApplicationPlans.NameOf(target.Draft), ArgoRefresh.None, cancellation);
            var after = SyncAfterwards.Of(application, target.Planned.Steps.OfType<SetSyncPolicy>().Any(), target.Planned.Then.Count > 0,
                (await SyncScope.ReadAsync(estate, application, null, cancellation)).Stopped);
            plans.Add(Plan(target.Draft, target.Planned.Steps, target.Planned.Then, after));
        }

        return plans;
    }

    private async Task<TargetPlan> PlanAsync(ArgoApplication application, RollbackResult draft, CancellationToken cancellation)
    {
        ApplicationRules.MustReconcile(application);
        if (application.IsOperating && !request.Preempt && (application.Operation ?? application.OperationState!.Operation) is { Automated: false })
            ApplicationRules.MustBeIdle(application, "Invoke-ReleaseRollback");
        if (request.Order.Count > 0)
        {
            throw new RollbackException("OrderBySyncWaves", $"{application} in {draft.Namespace} goes back by one commit, which Argo CD brings in the order of its sync waves: -Order counts in the cluster alone.")
            {
                Target = $"{application} in {draft.Namespace}",
                NextStep = "Set the annotation argocd.argoproj.io/sync-wave on what is to go first, or leave Git and Argo CD aside with -ClusterOnly.",
            };
        }

        var place = await ReleasePlace.FindAsync(estate, request, application, await new ApplicationHistory(estate, time).JudgeAsync(application, cancellation), cancellation);
        draft = draft with { From = GitCommit.Short(place.Branch.Tip), To = place.Target.Name, Warnings = [.. place.Target.Skipped, .. Warnings(place)] };
        if (place.Now.Content == place.Target.Tree.Content && (place.Target.IsResting || application.SyncStatus == "Synced"))
        {
            var message = place.Target.IsResting ? $"{place.Overlay} on {place.Branch.Name} is what the last rollback went to; name a release with -ToTag or -ToCommit to go further back"
                : $"{place.Overlay} on {place.Branch.Name} is as it was at {place.Target.Name} already";
            return new TargetPlan { Draft = draft with { Steps = [$"nothing to change: {message}"] }, Settled = Verdict.Good(message), Success = RollbackOutcome.AlreadyThere };
        }

        var permission = await ApplicationPlans.PermissionAsync(estate.ArgoCd, application, time, $"without a sync: Invoke-ReleaseRollback -ClusterOnly -Repository {place.Repository.Url} -Overlay {place.Overlay}", cancellation);
        var stuck = await new StuckPodRelief(estate).PlanAsync(application, cancellation);
        var pause = await new PausePlanner(estate, time).PlanAsync(application, request.Reason, cancellation, request.Operation);
        var scope = await SyncScope.ReadAsync(estate, application, null, cancellation);
        var (updates, warnings) = await SuspendAsync(application, place, cancellation);
        ReturnOverlay back = Back(place);
        List<Step> steps =
        [
            .. pause.Steps, .. updates,
            new QuietApplication { Namespace = draft.Namespace, Application = draft.Name, Preempt = request.Preempt, Timeout = request.Timeout },
            back, Follow(application, back, scope), new MarkRelease { Namespace = draft.Namespace, Application = draft.Name, Uid = application.Metadata.Uid, Content = place.Now.Content, Resting = place.Target.Tree.Content },
        ];
        // What is stopped would start with automated sync.
        IReadOnlyList<Step> then = scope.Stopped.Count > 0 ? [] : [.. pause.Steps.Reverse().Select(step => step.Invert()!)];
        return Plan(draft with
        {
            Steps = [permission.Words, .. scope.Words, .. steps.SelectMany(step => step == back ? Describe(place, back) : [step.Description]), .. stuck, "then wait until it is Healthy", .. then.Select(step => step.Description)],
            Warnings = [.. draft.Warnings, .. permission.Warnings, .. scope.Warnings(application), .. pause.Warnings, .. warnings],
            NextStep = updates.Count > 0 ? $"When a fixed release is out: Resume-ImageUpdate {draft.Name} -Namespace {draft.Namespace}" : null,
        }, steps, then, SyncAfterwards.Of(application, pause.Steps.Count > 0, then.Count > 0, scope.Stopped)) with { Locks = ApplicationRules.LocksFor(estate, [application.Name, .. pause.Touched]) };
    }

    private TargetPlan Plan(RollbackResult draft, IReadOnlyList<Step> steps, IReadOnlyList<Step> then, SyncAfterwards after) => new()
    {
        Draft = draft,
        Steps = steps,
        Then = then,
        Action = "Roll back release",
        Locks = ApplicationRules.LocksFor(estate, ApplicationPlans.NameOf(draft)),
        Verify = async (run, token) =>
        {
            var verdict = await new ApplicationVerifier(estate, reporter, time).VerifyAsync(ApplicationPlans.NameOf(draft), new ApplicationExpectation { Timeout = request.Timeout }, run.ApplyAsync, token);
            return then.Count > 0 || !verdict.Healthy ? verdict : Done(draft, verdict, after);
        },
        Conclude = (verdict, _) => Done(draft, verdict, after),
        Waiting = step => Waits(draft, PushVerdict.Of((PushCommit)step, null)),
    };

    private static Verdict Done(RollbackResult draft, Verdict verdict, SyncAfterwards after) => after.Say(verdict with { Message = $"{draft.To} runs, {verdict.Message}" });

    private static Verdict Waits(RollbackResult draft, Verdict pushed) => pushed with
    {
        Message = $"{pushed.Message}; nothing is rolled back yet, and automated sync of application/{draft.Name} is off",
        NextStep = $"{pushed.NextStep}; once it is merged: Invoke-ArgoSync {draft.Name} -Namespace {draft.Namespace}; Set-ArgoSyncPolicy {draft.Name} -Namespace {draft.Namespace} -Policy Exact",
    };

    private ReturnOverlay Back(ReleasePlace place) => new()
    {
        Repository = place.Repository.WorkingCopy ?? place.Repository.Url,
        Remote = RepositoryName.Short(place.Repository.Url),
        Branch = place.Branch.Name,
        PullRequestBranch = request.Git.PullRequestBranch,
        ProposalBranch = $"rollback/{GitCommit.Short(place.Target.Commit)}",
        Overlay = place.Overlay,
        To = place.Target.Commit,
        Name = place.Target.Name,
        FromContent = place.Now.Content,
        Reason = request.Reason,
    };

    private FollowGit Follow(ArgoApplication application, ReturnOverlay back, SyncScope scope) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        Uid = application.Metadata.Uid,
        Change = back,
        Leave = scope.Left,
        Prune = request.Prune || application.Automated?.Flag("prune") == true,
        SyncOptions = application.SyncOptions,
        Reason = request.Reason,
        Timeout = request.Timeout,
    };

    private static IEnumerable<string> Describe(ReleasePlace place, ReturnOverlay back)
    {
        yield return back.Description;
        foreach (var (path, now, then) in ReturnOverlay.Differences(place.Now, place.Target.Tree))
            yield return $"{(then is null ? "delete" : now is null ? "add" : "change")} {path}";
    }

    private static IEnumerable<string> Warnings(ReleasePlace place)
    {
        foreach (var directory in place.Shared) yield return $"{directory} lies outside {place.Overlay} and goes back with it, for whatever else is rendered from it.";
        foreach (var reference in place.Now.Elsewhere.Intersect(place.Target.Tree.Elsewhere).Where(one => !one.Contains("ref=", StringComparison.Ordinal)))
            yield return $"{place.Overlay} also builds upon {reference}, which is another repository's: that stays as it is now.";
    }

    private async Task<(IReadOnlyList<Step> Steps, IReadOnlyList<string> Warnings)> SuspendAsync(ArgoApplication application, ReleasePlace place, CancellationToken cancellation)
    {
        var then = place.Target.Tree.Images.ToLookup(image => image.Name, image => image.NewTag);
        IReadOnlyList<string> tags = [.. place.Now.Images
            .Where(image => image.NewTag is not null && !then[image.Name].Contains(image.NewTag)).Select(image => image.NewTag!).Distinct().Order(StringComparer.Ordinal)];
        if (tags.Count == 0) return ([], []);
        ImageUpdateRequest suspend = new() { Applications = [application.Name], Tags = tags, Reason = request.Reason };
        await using ImageUpdateChange change = new(suspend, estate, time);
        var plan = (await change.PlanAsync(cancellation))[0];
        return plan.Refusal switch
        {
            RollbackException { ErrorId: "NoImageUpdater" } or EstateException { Kind: EstateErrorKind.NotFound } => ([], []),
            { } refusal => ([], [$"Image Updater could not be kept from promoting {string.Join(", ", tags)} again: {refusal.Message}"]),
            null => (plan.Steps, plan.Draft.Warnings),
        };
    }
}
