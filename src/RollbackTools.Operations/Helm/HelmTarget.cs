using System.Globalization;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>Which revision to go back to: the one asked for, or the last known good.</summary>
internal sealed record HelmTarget(HelmRevisionContent Revision, IReadOnlyList<string> Warnings)
{
    /// <summary>What runs now is where a rollback put it: there is nothing to go back to.</summary>
    public bool IsResting { get; init; }

    public static HelmTarget Resolve(HelmReleaseContent release, IReadOnlyList<HelmRevision> judged, int? asked, DateTimeOffset now)
    {
        if (asked is { } number) return Named(release, judged, number);
        if (HelmKnownGood.IsRestingAfterRollback(release, judged, now)) return new HelmTarget(release.Last, []) { IsResting = true };
        return judged.FirstOrDefault(revision => revision.IsDefaultTarget) is { } good
            ? new HelmTarget(Readable(release, good.Revision), AboutWhatRuns(release, judged, good.Revision))
            : throw NoneKnownGood(release, judged);
    }

    private static IReadOnlyList<string> AboutWhatRuns(HelmReleaseContent release, IReadOnlyList<HelmRevision> judged, int target)
    {
        if (release.StillRunning is not { } running) return [];
        var earlier = judged.FirstOrDefault(revision => revision.Revision < running && revision.Health >= RevisionHealth.Likely)?.Revision.ToString(CultureInfo.InvariantCulture) ?? "…";
        return [$"{WhatRuns(release, running)} " + (target == running
            ? $"So this changes no object and puts the records right. If revision {running} is what is wrong: -ToRevision {earlier}."
            : string.Create(CultureInfo.InvariantCulture, $"So this leaves it and goes further back, to revision {target}. To keep it and put the records right: -ToRevision {running}."))];
    }

    private static string WhatRuns(HelmReleaseContent release, int running) => string.Create(CultureInfo.InvariantCulture,
        $"Revision {running} is what still runs: nothing of revision {release.Last.Number}, which is {release.Last.Status}, reached the cluster.");

    private static RollbackException NoneKnownGood(HelmReleaseContent release, IReadOnlyList<HelmRevision> judged) => new("NoKnownGoodRevision",
        (release.StillRunning is { } running ? $"{WhatRuns(release, running)} " : "") + $"Of no {(release.StillRunning is null ? "earlier" : "other")} revision of {release} in {release.Namespace} is there evidence that it worked.")
    {
        Target = release.Name,
        Evidence = [.. judged.Select(revision => string.Create(CultureInfo.InvariantCulture, $"revision {revision.Revision} ({revision.Status}): {revision.Health}: {string.Join("; ", revision.Evidence)}"))],
        NextStep = $"Get-HelmHistory {release.Name} -Namespace {release.Namespace} | Format-List; then name one with -ToRevision.",
    };

    private static HelmTarget Named(HelmReleaseContent release, IReadOnlyList<HelmRevision> judged, int number)
    {
        var revision = Readable(release, number);
        var health = judged.First(one => one.Revision == number);
        return new HelmTarget(revision, health.Health == RevisionHealth.Bad ? [string.Create(CultureInfo.InvariantCulture, $"Revision {number} did not work when it ran: {string.Join("; ", health.Evidence)}.")] : []);
    }

    private static HelmRevisionContent Readable(HelmReleaseContent release, int number)
    {
        var revision = release.Find(number) ?? throw new RollbackException("HelmRevisionNotFound", string.Create(CultureInfo.InvariantCulture,
            $"{release} in {release.Namespace} has no revision {number}: it has {string.Join(", ", release.Revisions.Select(one => one.Number).Order())}."))
        {
            Target = release.Name,
            NextStep = $"Get-HelmHistory {release.Name} -Namespace {release.Namespace}",
        };
        return revision.Trouble is { } trouble ? throw trouble : revision;
    }
}
