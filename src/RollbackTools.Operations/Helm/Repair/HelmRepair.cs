using System.Globalization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Estate.Manifests;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>
/// Makes a release's records tell the truth again: what is pending and nobody works on, nothing or several deployed, APIs that are gone,
/// records that cannot be read; and finds what a failed upgrade left behind. Workloads are not touched.
/// </summary>
internal sealed class HelmRepair(HelmRepairRequest request, IEstate estate, TimeProvider time) : IOperation
{
    private readonly HelmReleaseReader reader = new(estate);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        List<TargetPlan> plans = [];
        foreach (var release in request.Releases.Distinct())
        {
            RollbackResult draft = new()
            {
                Estate = estate.Name, Namespace = release.Namespace ?? estate.Cluster.Info.DefaultNamespace, Kind = "HelmRelease", Name = release.Name, StartedAt = time.GetUtcNow(),
            };
            try
            {
                plans.Add(await PlanAsync(draft, cancellation));
            }
            catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden or EstateErrorKind.NotFound or EstateErrorKind.Rejected })
            {
                plans.Add(new TargetPlan { Draft = draft, Refusal = refusal });
            }
        }

        return plans;
    }

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => Plan(target.Draft, target.Planned.Steps))]);

    private async Task<TargetPlan> PlanAsync(RollbackResult draft, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var whole = await reader.ReadAsync(draft.Namespace, draft.Name, cancellation);
        draft = draft with { From = Describe(whole), FromRevision = whole.Last.Number };
        RequireNobodyAtIt(whole, now);
        List<Step> steps = [];
        List<string> warnings = [];
        var copy = now.UtcDateTime.ToString("'kept-'yyyyMMdd't'HHmmss", CultureInfo.InvariantCulture);
        var release = Unreadable(whole, copy, steps, warnings);
        LiveObjects place = new(estate.Cluster, whole.Namespace, whole.Name);
        RevisionMatch match = new(place, await place.ReadAsync(release.Revisions.SelectMany(revision => revision.Objects), cancellation));
        StatusTruth truth = new(release, match, await reader.ReadWorkloadsAsync(release, cancellation), estate.Name, now);
        steps.AddRange(truth.Steps());
        await RemovedApisAsync(release, copy, steps, warnings, cancellation);
        await LeftoversAsync(place, release, truth.Deployed, steps, warnings, cancellation);
        if (truth.Deployed is { Trouble: null } deployed)
            warnings.AddRange(match.Missing(deployed).Select(id => $"{id} is in revision {deployed.Number} and not in the cluster: the next upgrade creates it again. To do so now: Invoke-HelmRollback {release.Name} -Namespace {release.Namespace} -ToRevision {deployed.Number}"));
        draft = draft with
        {
            To = truth.Deployed is { } to ? string.Create(CultureInfo.InvariantCulture, $"revision {to.Number} deployed") : "no revision deployed",
            ToRevision = truth.Deployed?.Number ?? 0,
            Warnings = warnings,
        };
        return steps.Count > 0 ? Plan(draft, steps) : new TargetPlan
        {
            Draft = draft with { Steps = [$"nothing to change: the records of {release} are in order"] },
            Settled = Verdict.Good($"the records of {release} are in order"),
            Success = RollbackOutcome.AlreadyThere,
        };
    }

    private TargetPlan Plan(RollbackResult draft, IReadOnlyList<Step> steps) => new()
    {
        Draft = draft with { Steps = [.. steps.Select(step => step.Description)] },
        Steps = steps,
        Action = "Repair Helm release",
        Success = RollbackOutcome.Changed,
        Verify = (_, token) => VerifyAsync(draft, token),
    };

    // What helm upgrade itself asks before it begins.
    private async Task<Verdict> VerifyAsync(RollbackResult draft, CancellationToken cancellation)
    {
        var records = (await estate.Helm.ListAsync(draft.Namespace, draft.Name, cancellation)).Records;
        var deployed = records.Where(record => record.Status == HelmStatus.Deployed).Select(record => record.Name.Revision).ToList();
        if (records.Count > 0 && !HelmStatus.IsPending(records[0].Status) && deployed.Count <= 1)
        {
            return Verdict.Good(deployed.Count == 1
                ? string.Create(CultureInfo.InvariantCulture, $"revision {deployed[0]} is deployed; the next helm upgrade is accepted")
                : "no revision is deployed, and the next helm upgrade is accepted: it starts from the newest");
        }

        return Verdict.Lost("ChangedMeanwhile", $"Somebody else works on release/{draft.Name} in {draft.Namespace}: its newest revision is {(records.Count > 0 ? records[0].Status : "gone")} by now.") with
        {
            NextStep = $"Get-HelmRelease {draft.Name} -Namespace {draft.Namespace}",
        };
    }

    private void RequireNobodyAtIt(HelmReleaseContent release, DateTimeOffset now)
    {
        if (!release.IsPending || request.Preempt) return;
        if (now - release.Last.TouchedAt is not { } age || age >= PendingRelease.Abandoned) return;
        throw new RollbackException("HelmReleaseBusy",
            $"Revision {release.Last.Number} of {release} in {release.Namespace} is {release.Last.Status} for {Words.Duration(age)}: somebody may be working on it. Nothing was changed.")
        {
            Target = release.ToString(),
            NextStep = $"Wait for them; if nobody is: Repair-HelmRelease {release.Name} -Namespace {release.Namespace} -Preempt",
        };
    }

    private HelmReleaseContent Unreadable(HelmReleaseContent release, string copy, List<Step> steps, List<string> warnings)
    {
        var unreadable = release.Revisions.Where(revision => !revision.IsReadable).ToList();
        if (unreadable.Count == 0) return release;
        var others = release.Revisions.Except(unreadable).ToList();
        foreach (var revision in unreadable)
        {
            var name = revision.Header.Name;
            if (request.SetAsideUnreadable) steps.Add(new SetAsideRevision { Namespace = name.Namespace, Release = name.Release, Revision = name.Revision, Driver = name.Driver, Uid = revision.Header.Uid, Copy = copy });
            else warnings.Add($"{revision.Trouble!.Message} {(revision == release.Last ? "As the newest one it keeps Helm from making another; " : "")}-SetAsideUnreadable moves it out of Helm's sight.");
        }

        if (others.Count == 0) throw unreadable[0].Trouble!;
        // Without the newest there is no telling what runs, unless it goes.
        return unreadable[0] == release.Last && !request.SetAsideUnreadable ? throw release.Last.Trouble! : release with { Revisions = others };
    }

    private async Task RemovedApisAsync(HelmReleaseContent release, string copy, List<Step> steps, List<string> warnings, CancellationToken cancellation)
    {
        RemovedApis apis = new(estate.Cluster, new ManifestParser(estate.Manifests));
        foreach (var revision in release.Revisions)
        {
            var removed = await apis.FindAsync(revision.Objects, cancellation);
            if (removed.Count == 0) continue;
            steps.Add(new RewriteApis { Namespace = release.Namespace, Release = release.Name, Revision = revision.Number, Driver = release.Driver, Apis = removed, Copy = copy });
            warnings.AddRange(removed.Where(RemovedApis.IsReshaped).Select(api => $"{api.Kind} {api.Name} of revision {revision.Number} has other fields in {api.To}: an upgrade goes through, a rollback to that revision is refused until its fields fit."));
        }
    }

    private async Task LeftoversAsync(
        LiveObjects place, HelmReleaseContent release, HelmRevisionContent? deployed, List<Step> steps, List<string> warnings, CancellationToken cancellation)
    {
        // Only against a manifest that was read is there such a thing as too much.
        if (deployed is not { Trouble: null }) return;
        foreach (var (resource, item) in await place.OthersAsync(deployed.Objects, cancellation))
        {
            var source = release.Revisions.FirstOrDefault(revision => revision.Objects.Any(one => one.Id.Kind == resource.Kind && one.Id.Name == item.Metadata.Name && one.Id.Group == resource.Group));
            var whose = source is null ? "no revision that is kept has it" : $"revision {source.Number} ({source.Status}) has it, the deployed one has not";
            // What no revision has may be marked for the next upgrade to adopt, or belong to a record that could not be read; and a claim is data.
            if (source is null || resource.Kind == "PersistentVolumeClaim")
                warnings.Add($"{resource.Kind.ToLowerInvariant()}/{item.Metadata.Name} carries the release's marks and is left alone: {whose}. If nobody needs it: kubectl delete {resource.Kind.ToLowerInvariant()} {item.Metadata.Name} -n {release.Namespace}");
            else if (request.RemoveLeftovers)
                steps.Add(new DeleteLeftover { Namespace = release.Namespace, ApiVersion = resource.ApiVersion, Kind = resource.Kind, Name = item.Metadata.Name, Uid = item.Metadata.Uid });
            else
                warnings.Add($"{resource.Kind.ToLowerInvariant()}/{item.Metadata.Name} was left behind: {whose}. -RemoveLeftovers deletes it.");
        }
    }

    private static string Describe(HelmReleaseContent release) =>
        string.Create(CultureInfo.InvariantCulture, $"revision {release.Last.Number} {release.Last.Status}");
}
