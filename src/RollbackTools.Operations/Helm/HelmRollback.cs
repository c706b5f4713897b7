using System.Globalization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Takes Helm releases back to an earlier revision, without Helm: the same records, in the same order, with the same marks; and, unlike it, nothing
/// that the server refuses is begun, and no failure leaves a release that the next upgrade does not accept.
/// </summary>
internal sealed class HelmRollback(HelmRollbackRequest request, IEstate estate, IOperationReporter reporter, TimeProvider time) : IOperation
{
    private readonly ReleaseWait wait = new(estate, reporter, time);
    private readonly HelmReleaseReader reader = new(estate);

    public ValueTask DisposeAsync() => wait.DisposeAsync();

    public Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation) => PlanAsync(request.Releases.Distinct(), cancellation);

    private async Task<IReadOnlyList<TargetPlan>> PlanAsync(IEnumerable<HelmReleaseName> releases, CancellationToken cancellation)
    {
        List<TargetPlan> plans = [];
        foreach (var release in releases)
        {
            HelmRollbackResult draft = new() { Estate = estate.Name, Namespace = release.Namespace ?? estate.Cluster.Info.DefaultNamespace, Kind = "HelmRelease", Name = release.Name };
            try
            {
                plans.Add(await PlanAsync(release with { Namespace = draft.Namespace }, draft, cancellation));
            }
            catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden or EstateErrorKind.NotFound or EstateErrorKind.Rejected })
            {
                plans.Add(new TargetPlan { Draft = draft, Refusal = refusal });
            }
        }

        return plans;
    }

    public async Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation)
    {
        List<TargetPlan> plans = [];
        foreach (var target in targets)
        {
            if (target.Planned.Steps.OfType<OpenHelmRevision>().FirstOrDefault() is not { } open)
            {
                // There was nothing to change, only to wait for.
                plans.AddRange(await PlanAsync([new HelmReleaseName(target.Draft.Namespace, target.Draft.Name)], cancellation));
                continue;
            }

            HelmWork work = new(estate, open.Move);
            var ended = await EndedAsync(open.Move, cancellation);
            plans.Add(new TargetPlan
            {
                Draft = target.Draft,
                Steps = ended ? [] : [.. target.Planned.Steps.Select(step => step is HelmStep helm ? helm with { Work = work } : step)],
                Verify = Verify(work, ended),
                Then = target.Planned.Then,
                Conclude = Conclude,
            });
        }

        return plans;
    }

    private async Task<TargetPlan> PlanAsync(HelmReleaseName release, HelmRollbackResult draft, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var found = await reader.ReadAsync(draft.Namespace, release.Name, cancellation);
        var current = found.Last;
        draft = draft with { From = Describe(current), FromRevision = current.Number };
        if (current.Trouble is { } trouble) throw trouble;
        var pending = PendingRelease.Judge(found, request, now);
        var judged = HelmKnownGood.Judge(found, await reader.ReadWorkloadsAsync(found, cancellation), estate.Name, now);
        var target = HelmTarget.Resolve(found, judged, request.ToRevision, now);
        draft = draft with { To = Describe(target.Revision), ToRevision = target.Revision.Number, Workloads = WorkloadsOf(target.Revision, draft.Namespace) };
        HelmMove move = new()
        {
            Namespace = draft.Namespace,
            Release = release.Name,
            Driver = found.Driver,
            From = current.Number,
            To = target.Revision.Number,
            Deployed = found.Deployed is { } deployed && deployed.Number != current.Number ? deployed.Number : null,
            Stamp = now,
            HooksFrom = request.HooksFrom,
            Timeout = request.Timeout,
            ForceConflicts = request.ForceConflicts,
        };
        HelmWork work = new(estate, move);
        var changes = await work.ChangesAsync(cancellation);
        ReleasePlan plan = new(work, await work.FromAsync(cancellation), await work.TargetAsync(cancellation), changes);
        plan.RequireAccepted();
        if (current.Status == HelmStatus.Deployed && current.IsSameAs(target.Revision) && !changes.Any(ChangeHelmObjects.Touches)) return AlreadyThere(work, draft, target);

        var steps = plan.Steps;
        var healthy = LooksHealthy(judged);
        PruneHelmHistory prune = new() { Move = move, Keep = request.HistoryMax };
        return new TargetPlan
        {
            Draft = draft with
            {
                Steps = [.. plan.Lines(request.NoWait), .. request.HistoryMax > 0 ? [prune.Description] : Array.Empty<string>()],
                Warnings = [.. pending, .. target.Warnings, .. healthy is null ? [] : new[] { healthy }, .. plan.Warnings],
            },
            Steps = steps,
            Action = "Roll back Helm release",
            Locks = plan.Locks,
            Danger = TargetPlan.DangerOf(healthy, plan.Danger),
            Verify = Verify(work, ended: false),
            Then = request.HistoryMax > 0 ? [prune] : [],
            Conclude = Conclude,
        };
    }

    private TargetPlan AlreadyThere(HelmWork work, RollbackResult draft, HelmTarget target)
    {
        var message = $"{work.Move} runs {Describe(target.Revision)} already" + (target.IsResting ? "; it was rolled back before" : "");
        return new TargetPlan
        {
            Draft = draft with { Steps = [$"nothing to change: {message}"], Warnings = target.Warnings },
            Action = "Wait until healthy",
            Success = RollbackOutcome.AlreadyThere,
            Settled = request.NoWait ? Verdict.Good(message) : null,
            Verify = request.NoWait ? null : (run, token) => wait.VerifyAsync(work, run, token),
        };
    }

    private Func<TargetRun, CancellationToken, Task<Verdict>> Verify(HelmWork work, bool ended) => async (run, token) =>
    {
        var move = work.Move;
        HelmFailure failed = new(reporter, time, run.ApplyAsync);
        try
        {
            var verdict = request.NoWait ? Verdict.Good("changed as asked; its health was not waited for") with { Unproven = true } : await wait.VerifyAsync(work, run, token);
            if (!verdict.Healthy && ended) return verdict;
            if (!verdict.Healthy)
            {
                await failed.WriteAsync(move, $"Release \"{move.Release}\" failed: {verdict.Message}");
                return verdict;
            }

            if (!ended) await run.ApplyAsync(new RunHelmHooks { Move = move, Work = work, Event = RunHelmHooks.After }, token);
            // Also when it is deployed already: what it supersedes may not be superseded yet.
            await run.ApplyAsync(CloseHelmRevision.Deployed(move), token);
            return verdict with { Message = string.Create(CultureInfo.InvariantCulture, $"{verdict.Message}; revision {move.Revision} holds what revision {move.To} does") };
        }
        catch (Exception failure) when (!ended)
        {
            await failed.WriteAsync(move, $"Release \"{move.Release}\" failed: {HelmFailure.Reason(failure)}");
            throw;
        }
    };

    // Somebody who leaves what works may have named the wrong release.
    private static string? LooksHealthy(IReadOnlyList<HelmRevision> judged) => judged
        .Where(revision => revision is { Current: true, Health: RevisionHealth.KnownGood } && revision.CurrentFor >= KnownGood.LongEnough)
        .Select(revision => $"What release/{revision.Name} runs now looks healthy ({string.Join("; ", revision.Evidence)}).").FirstOrDefault();

    private async Task<bool> EndedAsync(HelmMove move, CancellationToken cancellation) =>
        (await estate.Helm.ListAsync(move.Namespace, move.Release, cancellation)).Records.Any(record => record.Name.Revision == move.Revision && record.Status == HelmStatus.Deployed);

    private static Verdict Conclude(Verdict verdict, LeftUndone? left) =>
        left is null ? verdict : verdict with { Warnings = [.. verdict.Warnings, $"Old revisions were not deleted: {left.Refusal?.Message}"] };

    private static IReadOnlyList<string> WorkloadsOf(HelmRevisionContent revision, string ns) => [.. revision.Objects
        .Where(one => HelmTemplates.IsWorkload(one.Id) && (one.Id.Namespace.Length == 0 || one.Id.Namespace == ns)).Select(one => one.ToString())];

    private static string Describe(HelmRevisionContent revision) =>
        string.Create(CultureInfo.InvariantCulture, $"revision {revision.Number}{(revision.Chart is { } chart ? $" ({chart}{(chart.AppVersion is { Length: > 0 } version ? $", {version}" : "")})" : "")}");
}
