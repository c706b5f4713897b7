using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// What the cluster's own revisions (ReplicaSets, ControllerRevisions) and pods tell of a release's: those that hold a template which a
/// manifest asks for did as well as the manifest.
/// </summary>
internal sealed class HelmWorkloads
{
    private readonly HelmReleaseContent _release;
    private readonly Dictionary<(string Kind, string Namespace, string Name), (WorkloadSnapshot Live, IReadOnlyList<ImageRevision> Judged)> _live;

    public HelmWorkloads(HelmReleaseContent release, IReadOnlyList<WorkloadSnapshot> workloads, string estate, DateTimeOffset now)
    {
        _release = release;
        _live = workloads.ToDictionary(
            workload => (workload.Kind.ToString(), workload.Namespace, workload.Name), workload => (workload, KnownGood.Judge(workload, estate, now)));
    }

    /// <summary>How the revision does that is deployed now: as its workloads do that are what it asks for.</summary>
    public RevisionHealth Now(HelmRevisionContent revision, List<string> evidence)
    {
        var found = Of(revision).Where(one => one.Seen.Current).ToList();
        if (found.Find(one => one.Seen.Health == RevisionHealth.Bad) is { Seen: not null } bad)
        {
            evidence.Add(Say(bad.Seen));
            return RevisionHealth.Bad;
        }

        var health = Good(found, revision, evidence);
        if (health == RevisionHealth.Unknown && found.Find(one => one.Seen.Health != RevisionHealth.KnownGood) is { Seen: not null } open) evidence.Add(Say(open.Seen));
        return health;
    }

    /// <summary>How an earlier revision did; Unknown when nothing tells.</summary>
    public RevisionHealth Then(HelmRevisionContent revision, List<string> evidence)
    {
        // A workload that is the same now tells nothing bad of then: what broke it need not be in it (a config map, another workload).
        var found = Of(revision).Where(one => !(one.Seen is { Current: true, Health: RevisionHealth.Bad })).ToList();
        if (found.Find(one => one.Seen.Health == RevisionHealth.Bad) is { Seen: not null } bad)
        {
            evidence.Add(Say(bad.Seen));
            return RevisionHealth.Bad;
        }

        // What it has in common with what runs now is no proof of the rest, so one that is its own has to be known.
        return found.Exists(one => !one.Seen.Current) || _release.Last.IsSameAs(revision) ? Good(found, revision, evidence) : RevisionHealth.Unknown;
    }

    private RevisionHealth Good(List<(ManifestObject Asked, ImageRevision Seen)> found, HelmRevisionContent revision, List<string> evidence)
    {
        var asked = revision.Objects.Count(one => HelmTemplates.IsWorkload(one.Id) && HelmTemplates.Of(one) is not null);
        if (found.Count == 0 || found.Count < asked || !found.TrueForAll(one => one.Seen.Health >= RevisionHealth.Likely)) return RevisionHealth.Unknown;
        evidence.AddRange(found.Select(one => Say(one.Seen)).Take(5));
        return found.Min(one => one.Seen.Health);
    }

    private List<(ManifestObject Asked, ImageRevision Seen)> Of(HelmRevisionContent revision)
    {
        List<(ManifestObject, ImageRevision)> found = [];
        foreach (var one in revision.Objects)
        {
            var ns = one.Id.Namespace.Length > 0 ? one.Id.Namespace : _release.Namespace;
            if (!HelmTemplates.IsWorkload(one.Id) || !_live.TryGetValue((one.Id.Kind, ns, one.Id.Name), out var live) || HelmTemplates.Of(one) is not { } asked) continue;
            if (Match(live.Live, asked) is { } match) found.Add((one, live.Judged.First(judged => judged.Revision == match.Number && judged.Source == match.Source)));
        }

        return found;
    }

    // The template as a server stored it; where it wrote something otherwise than it was asked for (cpu: 1 is "1"), the one with its images.
    private static Revision? Match(WorkloadSnapshot live, PodTemplate asked)
    {
        if (live.Revisions.FirstOrDefault(revision => revision.Template.Fulfils(asked)) is { } exact) return exact;
        var alike = live.Revisions.Where(revision => revision.Template.Images.SequenceEqual(asked.Images)).ToList();
        return alike.Count == 1 ? alike[0] : null;
    }

    private static string Say(ImageRevision seen) => $"{seen.Kind.ToLowerInvariant()}/{seen.Name}: {seen.Evidence.FirstOrDefault() ?? seen.Health.ToString()}";
}
