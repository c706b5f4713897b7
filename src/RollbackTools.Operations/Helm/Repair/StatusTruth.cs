using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>Which status each revision of a release should have, by what is live. Decides and explains; changes nothing.</summary>
internal sealed class StatusTruth(HelmReleaseContent release, RevisionMatch match, IReadOnlyList<WorkloadSnapshot> workloads, string estate, DateTimeOffset now)
{
    private readonly List<SetRevisionStatus> _steps = [];

    /// <summary>In the order in which they are safe: at no time is less deployed than before.</summary>
    public IReadOnlyList<SetRevisionStatus> Steps()
    {
        var deployed = release.Revisions.Where(revision => revision is { IsReadable: true, Status: HelmStatus.Deployed }).ToList();
        var truth = release.Last.IsReadable && release.IsPending ? Pending(deployed.FirstOrDefault()) : Settled(deployed);
        foreach (var extra in deployed.Where(revision => truth is not null && revision != truth)) Set(extra, HelmStatus.Superseded, null);
        foreach (var stale in release.Revisions.Skip(1).Where(revision => revision.IsReadable && HelmStatus.IsPending(revision.Status)))
            Set(stale, HelmStatus.Failed, AbandonedRevisions.Note);
        foreach (var revision in release.Revisions.Where(one => one.Info is { } info && info.Status != one.Header.Status && _steps.TrueForAll(step => step.Revision != one.Number)))
            Set(revision, revision.Status, null);
        return _steps;
    }

    /// <summary>The revision that is deployed once the steps are done; null when none can be.</summary>
    public HelmRevisionContent? Deployed =>
        release.Revisions.FirstOrDefault(revision => _steps.LastOrDefault(step => step.Revision == revision.Number) is { } step ? step.To == HelmStatus.Deployed : revision.Status == HelmStatus.Deployed);

    // Cut off: what runs is the new one, the old one, or some of each.
    private HelmRevisionContent? Pending(HelmRevisionContent? before)
    {
        var last = release.Last;
        var (fresh, stale, neither) = last.Trouble is null ? match.Between(last, before) : (0, 0, 1);
        var all = fresh + stale + neither;
        if (stale + neither == 0 && Works(last) is var (works, why) && works)
        {
            Set(last, HelmStatus.Deployed, all == 0 ? "it deploys what was deployed before, marked deployed" : $"all of it runs ({why}), marked deployed");
            return last;
        }

        Set(last, HelmStatus.Failed, fresh == 0 && neither == 0 ? "cut off before it changed anything, marked failed"
            : stale + neither == 0 ? "applied, and not well, marked failed"
            : $"cut off half-way ({fresh} of {all} objects are its own), marked failed");
        return before;
    }

    private HelmRevisionContent? Settled(List<HelmRevisionContent> deployed)
    {
        if (release.Last.Status is HelmStatus.Uninstalled or HelmStatus.Uninstalling) return null;
        if (deployed.Count > 0) return deployed.Find(revision => match.Differing(revision).Count == 0) ?? deployed[0];
        var readable = release.Revisions.Where(revision => revision.Trouble is null && !HelmStatus.IsPending(revision.Status)).ToList();
        // What is live to the last field is what is deployed, whatever it was called: a wait that timed out, say.
        if (readable.Find(revision => match.Differing(revision).Count == 0 && Works(revision).Works) is { } exact)
        {
            Set(exact, HelmStatus.Deployed, "all of it runs, marked deployed");
            return exact;
        }

        var candidates = readable.Where(revision => !HelmWords.Failed(revision.Status, revision.Info?.Description)).ToList();
        if (candidates.MinBy(revision => match.Differing(revision).Count) is not { } nearest) return null;
        Set(nearest, HelmStatus.Deployed, $"nothing was marked deployed; it is nearest to what runs ({match.Differing(nearest).Count} of {nearest.Objects.Count} objects differ)");
        return nearest;
    }

    private (bool Works, string Why) Works(HelmRevisionContent revision)
    {
        if (!revision.Objects.Any(one => HelmTemplates.IsWorkload(one.Id))) return (true, "no workloads");
        List<string> evidence = [];
        var health = new HelmWorkloads(release, workloads, estate, now).Now(revision, evidence);
        return (health == RevisionHealth.KnownGood, evidence.FirstOrDefault() ?? "");
    }

    private void Set(HelmRevisionContent revision, string status, string? note) => _steps.Add(new SetRevisionStatus
    {
        Namespace = release.Namespace,
        Release = release.Name,
        Revision = revision.Number,
        Driver = release.Driver,
        From = revision.Status,
        To = status,
        Note = note,
    });
}
