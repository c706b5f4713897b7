using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Operations.Argo;

/// <summary>
/// Takes applications back to an earlier deployment: pauses what would fight it, syncs, proves it, and leaves automated sync off for as
/// long as Git still holds what was left.
/// </summary>
internal sealed class ApplicationRollback(ApplicationRollbackRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private readonly PausePlanner pauses = new(estate, time);
    private readonly ApplicationVerifier verifier = new(estate, reporter, time);
    private readonly ImageUpdaters updaters = new(estate);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation) =>
        ApplicationPlans.EachAsync(estate, request.Applications, PlanAsync, cancellation);

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => new TargetPlan
        {
            Draft = target.Draft,
            Steps = target.Planned.Steps,
            Verify = Verify(ApplicationPlans.NameOf(target.Draft), target.Planned.Steps),
        })]);

    private async Task<TargetPlan> PlanAsync(ArgoApplication application, RollbackResult draft, CancellationToken cancellation)
    {
        var deployed = Deployed.Of(application) ?? throw new RollbackException("NoHistory", $"{application} in {draft.Namespace} was never synced, so there is nothing to go back to.")
        {
            Target = $"{application} in {draft.Namespace}",
            NextStep = $"Invoke-ArgoSync {draft.Name} -Namespace {draft.Namespace}",
        };
        draft = draft with { From = Describe(deployed.Version, application.Images), FromRevision = deployed.Entry?.Id ?? 0 };
        ApplicationRules.MustReconcile(application);
        var judged = await new ApplicationHistory(estate, time).JudgeAsync(application, cancellation);
        var target = ApplicationTarget.Resolve(application, request.Goal, judged, deployed);
        draft = draft with { To = Describe(target.Version, target.Images), ToRevision = target.HistoryId ?? 0, Warnings = target.Warnings };
        var stuck = request.NoWait ? [] : await new StuckPodRelief(estate).PlanAsync(application, cancellation);
        if (target.Version.SameAs(deployed.Version) && deployed.Complete && !application.IsOperating) return AlreadyThere(application, draft, target, stuck);

        var permission = await ApplicationPlans.PermissionAsync(estate.ArgoCd, application, time, "take its workloads back without a sync, with Invoke-ImageRollback.", cancellation);
        if (!request.Preempt) ApplicationRules.MustBeIdle(application, "Invoke-ArgoRollback");
        var pause = await pauses.PlanAsync(application, request.Reason, cancellation);
        var scope = await SyncScope.ReadAsync(estate, application, null, cancellation);
        var updated = await updaters.WarningsAsync(application, cancellation);
        List<Step> steps =
        [
            .. pause.Steps,
            .. application.IsOperating ? [TerminateOperation.Of(application)] : Array.Empty<Step>(),
            Sync(application, deployed, target, updated, scope),
            Marks(application, deployed, target),
        ];
        return new TargetPlan
        {
            Draft = draft with
            {
                Steps = [permission.Words, .. scope.Words, .. steps.Select(step => step.Description), .. stuck, "then wait until it is Healthy"],
                Warnings = [.. draft.Warnings, .. pause.Warnings, .. permission.Warnings, .. scope.Warnings(application), .. Later(application, target, judged),
                    .. await ForgetfulAsync(application, target, pause, cancellation), .. updated.Select(warning => $"{warning}.")],
                NextStep = pause.Steps.Count > 0 || PausedPolicy.Of(application) is not null ? AfterRollback(
                    application, target.Version, updated.Count == 0 ? null : BackInGit.Suspend(application, application.Images, target.Images)) : null,
            },
            Steps = steps,
            Action = "Roll back Argo CD application",
            Danger = LooksHealthy(application, judged),
            Locks = ApplicationRules.LocksFor(estate, [application.Name, .. pause.Touched]),
            Verify = request.NoWait ? null : Verify(application.Name, steps),
        };
    }

    // Its generator writes the annotations anew; while automated sync is paused it is told not to.
    private async Task<IReadOnlyList<string>> ForgetfulAsync(ArgoApplication application, ApplicationTarget target, PausePlan pause, CancellationToken cancellation)
    {
        if (target.KnownBad || pause.Steps.Count > 0 || ApplicationOwners.SetOf(application) is not { } set || estate.Connection.WithoutCluster) return [];
        try
        {
            var generator = await estate.Cluster.GetAsync(ArgoKinds.ApplicationSets, set.Namespace, set.Name, cancellation);
            if (PauseOwner.KeepsMarks(generator, application.Metadata.Name)) return [];
        }
        catch (EstateException unseen) when (unseen.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
        {
            return [];
        }

        return
        [
            $"ApplicationSet '{set.Name}' generates {application} and takes away what it did not write: that this version was left will be forgotten there, and the " +
                $"next Invoke-ArgoRollback may choose it. Its spec.preservedFields.annotations keep {VersionMarks.BadAnnotation} and {VersionMarks.RestingAnnotation}.",
        ];
    }

    private TargetPlan AlreadyThere(ArgoApplication application, RollbackResult draft, ApplicationTarget target, IReadOnlyList<string> stuck)
    {
        var message = $"{application} runs {target.Version.Describe()} already, {application.Health}" + (target.Resting is null ? "" : $"; {target.Resting}");
        var settled = application.Health == "Healthy";
        return new TargetPlan
        {
            Draft = draft with { Steps = [$"nothing to change: {message}", .. stuck] },
            Action = "Wait until healthy",
            Locks = ApplicationRules.LocksFor(estate, application.Name),
            Settled = settled ? Verdict.Good(message) : null,
            Success = RollbackOutcome.AlreadyThere,
            Verify = settled || request.NoWait ? null
                : async (run, token) =>
                {
                    var verdict = await verifier.VerifyAsync(application.Name, new ApplicationExpectation { Version = target.Version, Timeout = request.Timeout }, run.ApplyAsync, token);
                    return verdict.Healthy ? verdict : verdict with { NextStep = verdict.NextStep ?? $"Get-ArgoHistory {draft.Name} -Namespace {draft.Namespace}" };
                },
        };
    }

    private SyncApplication Sync(ArgoApplication application, Deployed deployed, ApplicationTarget target, IReadOnlyList<string> updated, SyncScope scope) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        Uid = application.Metadata.Uid,
        OperationId = SyncApplication.NewId(),
        Version = target.Version,
        HistoryId = target.HistoryId,
        From = deployed.Version,
        FromHistoryId = deployed.Entry?.Id,
        Following = SyncApplication.LastLike(application, target.Version),
        Prune = request.Prune,
        SkipHooks = request.SkipHooks,
        Leave = scope.Left,
        Ran = updated.Count == 0 ? null : application.Images,
        SyncOptions = application.SyncOptions,
        Reason = request.Reason,
        Timeout = request.Timeout,
        NoWait = request.NoWait,
    };

    private static MarkVersions Marks(ArgoApplication application, Deployed deployed, ApplicationTarget target) => new()
    {
        Namespace = application.Metadata.Namespace,
        Application = application.Metadata.Name,
        Uid = application.Metadata.Uid,
        // Whoever rolls back says that what runs is not good; who tries again what was left before, does not.
        Bad = target.KnownBad ? null : deployed.Version.Key,
        BadId = deployed.Entry?.Id ?? (application.History.Count == 0 ? 0 : application.History[^1].Id),
        Resting = target.Version.Key,
    };

    // Nobody is stopped from leaving a version that is fine, but nobody does it unawares.
    private IEnumerable<string> Later(ArgoApplication application, ApplicationTarget target, IReadOnlyList<ArgoHistoryEntry> judged)
    {
        if (LooksHealthy(application, judged) is { } healthy) yield return healthy;
        if (!request.SkipHooks && !estate.ArgoCd.CanRunHooks(application, target.Version))
            yield return "Argo CD's API server goes back to other sources only without hooks: PreSync and PostSync hooks of that version will not run.";
    }

    private static string? LooksHealthy(ArgoApplication application, IReadOnlyList<ArgoHistoryEntry> judged) =>
        judged.FirstOrDefault(entry => entry.Current) is { Health: RevisionHealth.KnownGood } fine && fine.CurrentFor >= KnownGood.LongEnough
            ? $"What {application} runs now looks healthy ({string.Join("; ", fine.Evidence)})."
            : null;

    private Func<TargetRun, CancellationToken, Task<Verdict>> Verify(ApplicationName name, IReadOnlyList<Step> steps) => async (run, token) =>
    {
        var sync = steps.OfType<SyncApplication>().LastOrDefault();
        ApplicationExpectation expected = new()
        {
            // A commit's short name is its full one by now.
            Version = sync?.Result?.OperationState?.Version ?? sync?.Version,
            After = sync?.Result?.OperationState?.FinishedAt,
            Paused = steps.OfType<SetSyncPolicy>().Any(pause => pause.Application == name.Name && pause.Namespace == name.Namespace),
            Timeout = request.Timeout,
        };
        var verdict = await verifier.VerifyAsync(name, expected, run.ApplyAsync, token);
        var now = await estate.ArgoCd.GetAsync(name, verdict.Healthy ? ArgoRefresh.Normal : ArgoRefresh.None, token);
        if (!verdict.Healthy) return IsOff(now) ? verdict with { Message = $"{verdict.Message} {StaysOff(now)}.", NextStep = verdict.NextStep ?? Look(now) } : verdict;
        if (now.SyncStatus != "Synced")
        {
            return !IsOff(now) ? verdict : verdict with
            {
                Message = $"{verdict.Message}; {StaysOff(now)}, because Git still holds another version",
                NextStep = AfterRollback(now, expected.Version ?? Deployed.Of(now)!.Version, await SuspendAsync(now, sync, token)),
            };
        }

        if (!expected.Paused || request.KeepPaused)
            return IsOff(now) ? verdict with { Message = $"{verdict.Message}; {StaysOff(now)}", NextStep = SyncAfterwards.Exact(now) } : verdict;
        foreach (var step in steps.Where(step => step is SetSyncPolicy or PauseOwner).Reverse().Select(step => step.Invert()!)) await run.ApplyAsync(step, token);
        return verdict with { Message = $"{verdict.Message}; Git holds it too, so automated sync is on again", NextStep = $"Get-ArgoApplication {name.Name} -Namespace {name.Namespace}" };
    };

    // Off because somebody paused it; one that never synced by itself is as it always was.
    private static bool IsOff(ArgoApplication now) => !SyncPolicy.IsOn(now.Automated) && PausedPolicy.Of(now) is not null;

    private static string StaysOff(ArgoApplication now) => $"automated sync of {now} stays off";

    private static string Look(ArgoApplication now) => $"Get-ArgoHistory {now.Metadata.Name} -Namespace {now.Metadata.Namespace}";

    // What its workloads ask for now is what is wanted: pods of what was left may still be ending.
    private async Task<string?> SuspendAsync(ArgoApplication now, SyncApplication? sync, CancellationToken cancellation)
    {
        if (sync?.Ran is not { } ran) return null;
        var workloads = await new ApplicationWorkloads(estate).ReadAsync(now, cancellation);
        return BackInGit.Suspend(now, ran, [.. workloads.SelectMany(workload => workload.Template.Images).Select(image => image.Image).Distinct()]);
    }

    private static string AfterRollback(ArgoApplication application, ApplicationVersion version, string? suspend) => string.Join("; ", new[]
    {
        suspend, BackInGit.Commands(application, version) ?? "take the bad version out of Git, all of its images", SyncAfterwards.Exact(application),
    }.OfType<string>());

    private static string Describe(ApplicationVersion version, IReadOnlyList<string> images) =>
        version.Describe() + (images.Count is > 0 and <= 3 ? $" ({string.Join(", ", images.Select(image => image[(image.LastIndexOf('/') + 1)..]))})" : "");
}
