using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Judges a release's revisions and picks where a rollback goes by default: the newest that was deployed and worked, never one that failed,
/// never one that was rolled away from, never simply "one back" (helm#1796, helm#5237).
/// </summary>
internal sealed class HelmKnownGood
{
    // A second call while the first one's rollback still starts up waits for it; one after that looks further back.
    private static readonly TimeSpan StartingUp = TimeSpan.FromMinutes(5);

    private readonly HelmReleaseContent _release;
    private readonly HelmWorkloads _workloads;
    private readonly Dictionary<int, int> _mistaken;
    private readonly DateTimeOffset _now;

    private HelmKnownGood(HelmReleaseContent release, IReadOnlyList<WorkloadSnapshot> workloads, string estate, DateTimeOffset now)
    {
        (_release, _now) = (release, now);
        _mistaken = FindMistaken(release.Revisions);
        _workloads = new HelmWorkloads(release, workloads, estate, now);
    }

    /// <summary>Every revision, newest first, judged; the default target is marked.</summary>
    public static IReadOnlyList<HelmRevision> Judge(HelmReleaseContent release, IReadOnlyList<WorkloadSnapshot> workloads, string estate, DateTimeOffset now) =>
        new HelmKnownGood(release, workloads, estate, now).Judge(estate);

    /// <summary>The same for somebody to read: no target is marked where asking for it would be answered "already there".</summary>
    public static IReadOnlyList<HelmRevision> Report(HelmReleaseContent release, IReadOnlyList<WorkloadSnapshot> workloads, string estate, DateTimeOffset now)
    {
        var judged = Judge(release, workloads, estate, now);
        return IsRestingAfterRollback(release, judged, now) ? [.. judged.Select(revision => revision with { IsDefaultTarget = false })] : judged;
    }

    /// <summary>
    /// Whether the release is where a rollback put it, and that works or has only just begun: asking again is then answered "already
    /// there" and does not walk further into the past.
    /// </summary>
    public static bool IsRestingAfterRollback(HelmReleaseContent release, IReadOnlyList<HelmRevision> judged, DateTimeOffset now) =>
        release.Last is { Status: HelmStatus.Deployed, RollbackOf: not null } last
        && judged.FirstOrDefault(revision => revision.Current)?.Health switch
        {
            RevisionHealth.Bad or null => false,
            RevisionHealth.KnownGood => true,
            _ => now - last.StartedAt < StartingUp,
        };

    private List<HelmRevision> Judge(string estate)
    {
        List<HelmRevision> judged = [];
        for (var i = 0; i < _release.Revisions.Count; i++)
        {
            var revision = _release.Revisions[i];
            List<string> evidence = [];
            var current = i == 0;
            var held = Held(i);
            judged.Add(new HelmRevision
            {
                Estate = estate,
                Namespace = _release.Namespace,
                Name = _release.Name,
                Revision = revision.Number,
                Status = revision.Status,
                Current = current,
                Health = current ? Now(revision, held, evidence) : Then(revision, held, evidence),
                Evidence = evidence,
                Chart = revision.Chart?.ToString() ?? "",
                AppVersion = revision.Chart?.AppVersion ?? "",
                Images = revision.Images,
                Changes = HelmChanges.Describe(_release.Revisions.ElementAtOrDefault(i + 1), revision, _release.Namespace),
                Description = HelmWords.Line(revision.Info?.Description ?? ""),
                RollbackRevision = revision.RollbackOf,
                SameAs = _release.Revisions.Skip(i + 1).FirstOrDefault(revision.IsSameAs)?.Number,
                DeployedAt = revision.StartedAt,
                CurrentFor = held,
                Driver = revision.Header.Name.Driver.ToString(),
                Unreadable = revision.Trouble?.Message ?? "",
            });
        }

        if (DefaultTarget(judged) is >= 0 and var target) judged[target] = judged[target] with { IsDefaultTarget = true };
        return judged;
    }

    // What runs while the newest revision is unfinished or failed is either; going to what it tried to leave is then the way back.
    private int DefaultTarget(List<HelmRevision> judged)
    {
        var last = _release.Last;
        var elsewhere = Enumerable.Range(1, Math.Max(0, judged.Count - 1))
            .Where(i => !(last.Status == HelmStatus.Deployed || last.RollbackOf is null) || !_release.Revisions[i].IsSameAs(last))
            .Where(i => _release.Revisions[i].Trouble is null).ToList();
        // A release that is stuck gets free by what runs anyhow, when there is nothing better.
        var stuck = elsewhere.Where(i => _release.IsPending && judged[i].Revision == _release.StillRunning && judged[i].Health == RevisionHealth.Unknown);
        var good = elsewhere.Where(i => judged[i].Health >= RevisionHealth.Likely).ToList();
        // What was there for a moment has shown little: it comes after what was longer, unless it is what serves still.
        var proven = good.Where(i => judged[i] is { Health: RevisionHealth.KnownGood } or { Status: HelmStatus.Deployed } || !(judged[i].CurrentFor < KnownGood.Proven));
        return proven.Concat(good).Concat(stuck).Append(-1).First();
    }

    private RevisionHealth Now(HelmRevisionContent revision, TimeSpan? held, List<string> evidence)
    {
        if (HelmStatus.IsPending(revision.Status))
        {
            evidence.Add(held is { } age ? $"Has been {revision.Status} for {Words.Duration(age)}" : $"Is {revision.Status}");
            return RevisionHealth.Bad;
        }

        if (NeverWorked(revision, evidence)) return RevisionHealth.Bad;
        if (revision.Status is HelmStatus.Uninstalled or HelmStatus.Uninstalling)
        {
            evidence.Add($"The release is {revision.Status}");
            return RevisionHealth.Unknown;
        }

        if (_mistaken.TryGetValue(revision.Number, out var before))
        {
            evidence.Add($"A rollback went back to what was rolled away from before (by revision {before})");
            return RevisionHealth.Bad;
        }

        var health = _workloads.Now(revision, evidence);
        if (health != RevisionHealth.Bad && held is { } time) evidence.Add($"Current for {Words.Duration(time)}");
        return health;
    }

    private RevisionHealth Then(HelmRevisionContent revision, TimeSpan? held, List<string> evidence)
    {
        if (HelmStatus.IsPending(revision.Status))
        {
            evidence.Add($"Never finished: it is still {revision.Status}");
            return RevisionHealth.Bad;
        }

        if (NeverWorked(revision, evidence)) return RevisionHealth.Bad;
        if (LeftBy(revision) is { } rollback)
        {
            evidence.Add($"Was rolled away from (revision {rollback.Number} went back to {rollback.RollbackOf})");
            return RevisionHealth.Bad;
        }

        if (revision.Number == _release.StillRunning) return StillRunning(revision, held, evidence);
        if (_workloads.Then(revision, evidence) is var seen and not RevisionHealth.Unknown) return seen;
        if (held >= KnownGood.LongEnough)
        {
            evidence.Add($"Was current for {Words.Duration(held.Value)}");
            return RevisionHealth.Likely;
        }

        if (_release.Revisions.FirstOrDefault(later => later.Number > revision.Number && later.RollbackOf == revision.Number && later.Status is HelmStatus.Deployed or HelmStatus.Superseded) is { } back)
        {
            evidence.Add($"Somebody rolled back to it before (revision {back.Number})");
            return RevisionHealth.Likely;
        }

        if (revision.Status == HelmStatus.Deployed)
        {
            evidence.Add("Still marked deployed: nothing that came after it got as far");
            return RevisionHealth.Likely;
        }

        evidence.Add(held is { } time ? $"Was current for only {Words.Duration(time)}" : "Nothing tells how it did");
        return RevisionHealth.Unknown;
    }

    // Whoever wants to leave what runs does not want to hear that he is there; unless it did well for long, and only its records need putting right.
    private RevisionHealth StillRunning(HelmRevisionContent revision, TimeSpan? held, List<string> evidence)
    {
        evidence.Add($"Is what still runs: nothing of revision {_release.Last.Number} reached the cluster");
        if (_workloads.Now(revision, evidence) == RevisionHealth.Bad) return RevisionHealth.Bad;
        if (held is not { } time) return RevisionHealth.Unknown;
        evidence.Add(time >= KnownGood.LongEnough ? $"Was current for {Words.Duration(time)}" : $"Was current for only {Words.Duration(time)}");
        return time >= KnownGood.LongEnough ? RevisionHealth.Likely : RevisionHealth.Unknown;
    }

    private static bool NeverWorked(HelmRevisionContent revision, List<string> evidence)
    {
        if (!HelmWords.Failed(revision.Status, revision.Info?.Description)) return false;
        evidence.Add(revision.Info?.Description is { Length: > 0 } why ? HelmWords.Line(why) : "Its deployment failed");
        return true;
    }

    // A rollback leaves the revision before it, and whatever earlier ones deploy the same; one that deploys it again later has its chance.
    // One to what had been left before was a mistake, and says nothing against what it left.
    private HelmRevisionContent? LeftBy(HelmRevisionContent revision) => _release.Revisions
        .Where(later => later.Number > revision.Number && later.RollbackOf is { } to && to != revision.Number && !_mistaken.ContainsKey(later.Number))
        .FirstOrDefault(rollback => _release.Revisions.FirstOrDefault(one => one.Number < rollback.Number) is { } left
            && left.Number >= revision.Number && (left == revision || left.IsSameAs(revision))
            && !(_release.Find(rollback.RollbackOf!.Value)?.IsSameAs(revision) ?? false));

    /// <summary>
    /// Rollbacks to what an earlier one had left, by their numbers, with that earlier one's: a mistyped number, or an undo. Pods that are ready do not clear
    /// it; an upgrade to the same has its chance.
    /// </summary>
    private static Dictionary<int, int> FindMistaken(IReadOnlyList<HelmRevisionContent> newestFirst)
    {
        Dictionary<int, int> mistaken = [];
        for (var i = newestFirst.Count - 1; i >= 0; i--)
        {
            var revision = newestFirst[i];
            if (revision.RollbackOf is null) continue;
            for (var j = i + 1; j < newestFirst.Count - 1; j++)
            {
                var rollback = newestFirst[j];
                if (rollback.RollbackOf is null || mistaken.ContainsKey(rollback.Number) || rollback.IsSameAs(revision) || !newestFirst[j + 1].IsSameAs(revision)) continue;
                mistaken[revision.Number] = rollback.Number;
                break;
            }
        }

        return mistaken;
    }

    private TimeSpan? Held(int index)
    {
        var end = index == 0 ? _now : _release.Revisions[index - 1].StartedAt;
        return end - _release.Revisions[index].StartedAt is { } span && span >= TimeSpan.Zero ? span : null;
    }
}
