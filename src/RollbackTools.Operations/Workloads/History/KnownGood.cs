using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.History;

/// <summary>
/// Judges revisions by what the cluster still remembers, and picks where a rollback goes by default: the newest revision that
/// worked, never one that was rolled away from, never simply "one back" (kubectl's undo alternates between two revisions). Evidence
/// weighs time under load: what served for seconds comes after what was there for days, and what never had a pod has shown nothing.
/// </summary>
public static class KnownGood
{
    /// <summary>
    /// What this workload was rolled away from, newest last, comma-separated: revision object and number (<c>api-7d9f@41</c>), since
    /// the same object deployed again later has a higher number and its chance. Kept on the workload, so that the next person on
    /// another machine knows it too.
    /// </summary>
    public const string RolledBackFromAnnotation = "rollbacktools.io/rolled-back-from";

    /// <summary>The template hash the last rollback went to.</summary>
    public const string RolledBackToAnnotation = "rollbacktools.io/rolled-back-to";

    /// <summary>Current for this long means somebody would have noticed.</summary>
    public static readonly TimeSpan LongEnough = TimeSpan.FromHours(1);

    /// <summary>Under load for less than this, a version that works has shown little: faults that need traffic or time have not come yet.</summary>
    public static readonly TimeSpan Proven = TimeSpan.FromMinutes(10);

    // A second call while the first one's rollout still starts waits for it; one after that looks further back.
    private static readonly TimeSpan StartingUp = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RestartWindow = TimeSpan.FromMinutes(10);

    /// <summary>Every revision, newest first, judged; the default target is marked.</summary>
    public static IReadOnlyList<ImageRevision> Judge(WorkloadSnapshot workload, string estate, DateTimeOffset now)
    {
        var current = workload.Current;
        var rolledBackFrom = RolledBackFrom(workload.Holder);
        var timeline = RevisionTimeline.Of(workload.Revisions, now);
        List<ImageRevision> judged = [];
        foreach (var revision in workload.Revisions)
        {
            var pods = workload.PodsOf(revision).ToList();
            List<string> evidence = [];
            var isCurrent = revision == current;
            var health = Health(workload, revision, isCurrent, pods, timeline, rolledBackFrom, now, evidence);
            judged.Add(new ImageRevision
            {
                Estate = estate,
                Namespace = workload.Namespace,
                Kind = workload.Kind.ToString(),
                Name = workload.Name,
                Revision = revision.Number,
                Images = revision.Template.Images,
                Current = isCurrent,
                Health = health,
                Evidence = evidence,
                ChangeCause = revision.ChangeCause,
                CreatedAt = revision.CreatedAt,
                Age = now - revision.CreatedAt,
                CurrentFor = timeline.CurrentFor(revision),
                Pods = pods.Count,
                ReadyPods = pods.Count(pod => pod.IsReady),
                Restarts = pods.Sum(pod => pod.Restarts),
                Source = revision.Source,
                FormerRevisions = revision.FormerNumbers,
            });
        }

        var best = Enumerable.Range(0, judged.Count)
            .Where(at => workload.Revisions[at] != current && !workload.Revisions[at].Template.IsRestartOf(workload.Template))
            .Select(at => (At: at, Rank: Rank(judged[at], workload, UnderLoad(workload.Revisions[at], workload.PodsOf(workload.Revisions[at]), timeline, now))))
            .DefaultIfEmpty()
            .MaxBy(candidate => candidate.Rank);
        if (best.Rank > 0) judged[best.At] = judged[best.At] with { IsDefaultTarget = true };
        return judged;
    }

    /// <summary>
    /// Of equals the newest is the target. What a canary has not replaced yet beats all; what serves right now and has shown that it works
    /// beats what merely was there for long, though that be newer; what has shown little comes last. 0: never the target.
    /// </summary>
    private static int Rank(ImageRevision revision, WorkloadSnapshot workload, TimeSpan? underLoad) => revision.Health switch
    {
        RevisionHealth.Bad => 0,
        _ when revision.Source == workload.Stable?.Source => 4,
        RevisionHealth.Unknown => 0,
        RevisionHealth.KnownGood when revision.ReadyPods > 0 => 3,
        RevisionHealth.KnownGood => 2,
        _ => underLoad >= LongEnough ? 2 : 1,
    };

    /// <summary>The longest time it is known to have served: while it was current, or since its oldest ready pod is; null when nothing tells.</summary>
    private static TimeSpan? UnderLoad(Revision revision, IEnumerable<Pod> pods, RevisionTimeline timeline, DateTimeOffset now)
    {
        var turn = revision.NeverHadPods ? null : timeline.LongestTurn(revision);
        var ready = now - pods.Min(pod => pod.ReadySince);
        return turn > ready || ready is null ? turn : ready;
    }

    /// <summary>The same for somebody to read: no target is marked where asking for it would be answered "already there".</summary>
    public static IReadOnlyList<ImageRevision> Report(WorkloadSnapshot workload, string estate, DateTimeOffset now)
    {
        var judged = Judge(workload, estate, now);
        return IsRestingAfterRollback(workload, judged, now) ? [.. judged.Select(revision => revision with { IsDefaultTarget = false })] : judged;
    }

    /// <summary>
    /// Whether the live template is where a rollback put it and it works, or has only just been put there: asking again is then
    /// answered "already there" and does not walk further into the past.
    /// </summary>
    public static bool IsRestingAfterRollback(WorkloadSnapshot workload, IReadOnlyList<ImageRevision> judged, DateTimeOffset now)
    {
        if (workload.Holder.Metadata.Annotations.GetValueOrDefault(RolledBackToAnnotation) != workload.Template.Hash) return false;
        return judged.FirstOrDefault(revision => revision.Current)?.Health switch
        {
            RevisionHealth.Bad => false,
            RevisionHealth.KnownGood => true,
            _ => workload.Holder.Metadata.ManagedFields.Any(entry =>
                entry.Manager == WriteOptions.DefaultFieldManager && now - entry.Time < StartingUp),
        };
    }

    /// <summary>
    /// How long the current revision is certain to have been current and up, this time; null when nothing tells. A revision's object
    /// is no proof once it was reused: then it is as old as its first turn.
    /// </summary>
    public static TimeSpan? HasRunWellFor(WorkloadSnapshot workload, DateTimeOffset now)
    {
        if (workload.Current is not { } current) return null;
        var progressing = workload.Object.Status.Condition("Progressing");
        var available = progressing is { Reason: "NewReplicaSetAvailable" } && progressing.Message?.Contains($"\"{current.Source}\"", StringComparison.Ordinal) == true
            ? progressing.LastUpdateTime
            : null;
        var firstTurn = WorkloadReader.HasReplicaSets(workload.Kind) && current.FormerNumbers.Count == 0 ? current.CreatedAt : null;
        var oldestPod = workload.PodsOf(current).Where(pod => pod.IsReady).Min(pod => pod.Metadata.CreationTimestamp);
        return now - new[] { available, firstTurn, oldestPod }.Min();
    }

    /// <summary>Why the present version is bad, in the words of its evidence; null when nothing speaks against that version.</summary>
    public static string? WhyBad(WorkloadSnapshot workload, DateTimeOffset now) =>
        Judge(workload, "", now).FirstOrDefault(revision => revision.Current) is { Health: RevisionHealth.Bad } bad ? string.Join("; ", bad.Evidence.Take(2)) : null;

    public static IReadOnlyList<string> RolledBackFrom(Workload workload) =>
        workload.Metadata.Annotations.GetValueOrDefault(RolledBackFromAnnotation)
            ?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>How a rollback writes down what it leaves.</summary>
    public static string Mark(TemplateIdentity left) => $"{left.Source}@{left.Revision}";

    /// <summary>Whether a mark is about this revision object, whichever its number.</summary>
    public static bool IsAbout(string mark, string? source) => mark.Split('@')[0] == source;

    // A restart of what was rolled away from is no better.
    private static bool IsMarkOf(string mark, Revision revision, IReadOnlyList<Revision> all) =>
        all.Any(one => IsAbout(mark, one.Source) && one.Template.IsRestartOf(revision.Template)) && (!long.TryParse(mark.AsSpan(mark.IndexOf('@') + 1), out var number) || revision.Number <= number);

    private static RevisionHealth Health(
        WorkloadSnapshot workload, Revision revision, bool isCurrent, List<Pod> pods, RevisionTimeline timeline,
        IReadOnlyList<string> rolledBackFrom, DateTimeOffset now, List<string> evidence)
    {
        foreach (var trouble in pods.Select(PodTrouble.Find).OfType<PodTrouble>().Take(3)) evidence.Add(trouble.ToString());
        if (evidence.Count > 0) return RevisionHealth.Bad;

        if (SuspendedWorkload.Of(workload.Object.Metadata) is { Bad: { } then } note && note.Template == revision.Template.Hash)
        {
            evidence.Add($"When it was stopped: {then}");
            return RevisionHealth.Bad;
        }

        var progressing = workload.Object.Status.Condition("Progressing");
        var named = progressing?.Message?.Contains($"\"{revision.Source}\"", StringComparison.Ordinal) == true;
        if (isCurrent && named && progressing!.Reason == "ProgressDeadlineExceeded")
        {
            evidence.Add($"Did not finish within its progress deadline: {progressing.Message}");
            return RevisionHealth.Bad;
        }

        if (!isCurrent && rolledBackFrom.Any(mark => IsMarkOf(mark, revision, workload.Revisions)))
        {
            evidence.Add("Was rolled away from before");
            return RevisionHealth.Bad;
        }

        if (workload.Kind == WorkloadKind.Rollout && RolloutEvidence.AgainstIt(workload, revision, isCurrent) is { } against)
        {
            evidence.Add(against);
            return RevisionHealth.Bad;
        }

        var ready = pods.Count(pod => pod.IsReady);
        var restarting = pods.Count(pod => PodTrouble.RestartedWithin(pod, RestartWindow, now));
        if (restarting > 0)
        {
            evidence.Add($"{restarting} of {pods.Count} pods restarted within the last {RestartWindow.TotalMinutes:0} minutes");
            // Between two crashes a pod can look ready; when every one of them is restarting, that is what it is.
            return restarting == pods.Count ? RevisionHealth.Bad : RevisionHealth.Unknown;
        }

        if (isCurrent && workload.DesiredPods == 0)
        {
            evidence.Add("Scaled to 0: nothing runs, so nothing shows how it does");
            return RevisionHealth.Unknown;
        }

        if (!isCurrent && pods.Count == 0 && revision.NeverHadPods)
        {
            evidence.Add("Never had a pod: the workload stood at 0 for as long as this was current");
            return RevisionHealth.Unknown;
        }

        var (currentFor, underLoad) = (timeline.CurrentFor(revision), UnderLoad(revision, pods, timeline, now));
        // Whoever replaced it at once may have had a reason, and most faults need longer to show.
        var worked = !isCurrent && underLoad < Proven ? RevisionHealth.Likely : RevisionHealth.KnownGood;
        var brief = worked == RevisionHealth.Likely ? $", but it was under load for only {Words.Duration(underLoad!.Value)}" : "";

        if (workload.Kind == WorkloadKind.Rollout && RolloutEvidence.ForIt(workload, revision) is { Count: > 0 } inFavour)
        {
            evidence.AddRange(inFavour);
            if (ready > 0) evidence.Add($"{ready} of {pods.Count} pods ready now, {pods.Sum(pod => pod.Restarts)} restarts");
            return RevisionHealth.KnownGood;
        }

        if (ready > 0 && (!isCurrent || ready >= workload.DesiredPods))
        {
            evidence.Add($"{ready} of {pods.Count} pods ready now, {pods.Sum(pod => pod.Restarts)} restarts{brief}");
            if (currentFor is { } held) evidence.Add($"Current for {Words.Duration(held)}");
            return worked;
        }

        if (named && progressing!.Reason == "NewReplicaSetAvailable")
        {
            evidence.Add($"The Deployment reports it became available ({progressing.LastUpdateTime:u}){brief}");
            return worked;
        }

        if (!isCurrent && workload.Object.Status.CurrentRevision == revision.Source)
        {
            evidence.Add($"The last revision that was rolled out completely (status.currentRevision){brief}");
            return worked;
        }

        if (!isCurrent && underLoad >= LongEnough)
        {
            evidence.Add($"Was current for {Words.Duration(underLoad.Value)}");
            return RevisionHealth.Likely;
        }

        if (!isCurrent && revision.FormerNumbers.Count > 0)
        {
            evidence.Add($"Somebody rolled back to it before (it was revision {string.Join(", ", revision.FormerNumbers)})");
            return RevisionHealth.Likely;
        }

        evidence.Add(currentFor is { } time ? $"Was current for only {Words.Duration(time)}" : "Nothing in the cluster tells how it did");
        return RevisionHealth.Unknown;
    }
}
