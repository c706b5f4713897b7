using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// Judges an application's deployments and picks where a rollback goes by default: the newest that worked, never one that was rolled
/// away from. A successful sync says only that objects were accepted, so more than that is asked for.
/// </summary>
internal static class ApplicationKnownGood
{
    /// <summary>Newest first. What runs now comes first, also when a failed sync brought it and no entry tells of it.</summary>
    public static IReadOnlyList<ArgoHistoryEntry> Judge(ArgoApplication application, IReadOnlyList<WorkloadSnapshot> workloads, string estate, DateTimeOffset now)
    {
        var deployed = Deployed.Of(application);
        DeploymentImages images = new(application, workloads);
        List<ArgoHistoryEntry> judged = [];
        if (deployed is { Entry: null }) judged.Add(Unfinished(application, deployed, estate, now));
        var end = deployed is { Entry: null } ? deployed.Since : now;
        foreach (var entry in application.History.Reverse())
        {
            List<string> evidence = [];
            var current = entry == deployed?.Entry;
            var start = entry.DeployedAt ?? entry.DeployStartedAt;
            var held = end - start is { } span && span >= TimeSpan.Zero ? span : (TimeSpan?)null;
            var health = Health(application, entry, current, held, images, deployed, now, evidence);
            judged.Add(Entry(application, entry.Version, estate) with
            {
                Id = entry.Id,
                Current = current,
                Health = health,
                Evidence = evidence,
                Images = current ? application.Images : images.Of(entry),
                DeployedAt = entry.DeployedAt,
                CurrentFor = held,
                InitiatedBy = entry.InitiatedBy ?? "",
            });
            end = entry.DeployStartedAt ?? entry.DeployedAt ?? end;
        }

        MarkDefault(judged, deployed);
        return judged;
    }

    /// <summary>Whether it rests where a rollback put it and that works: asking again is then answered "already there".</summary>
    public static bool IsResting(ArgoApplication application, Deployed deployed) =>
        deployed.Complete && VersionMarks.IsRestingOn(application, deployed.Version) && application.Health is "Healthy" or "Progressing";

    private static ArgoHistoryEntry Entry(ArgoApplication application, ApplicationVersion version, string estate) => new()
    {
        Estate = estate,
        Namespace = application.Metadata.Namespace,
        Name = application.Metadata.Name,
        Revision = string.Join(" + ", version.Revisions),
        VersionKey = version.Key,
    };

    private static ArgoHistoryEntry Unfinished(ArgoApplication application, Deployed deployed, string estate, DateTimeOffset now)
    {
        var state = application.OperationState!;
        return Entry(application, deployed.Version, estate) with
        {
            Current = true,
            Health = state.Ended && !state.Succeeded ? RevisionHealth.Bad : RevisionHealth.Unknown,
            Evidence = [state.Ended && !state.Succeeded ? $"Its sync ended {state.Phase}: {state.Message}" : $"Its sync is {state.Phase}"],
            Images = application.Images,
            DeployedAt = deployed.Since,
            CurrentFor = now - deployed.Since,
            InitiatedBy = deployed.By ?? "",
        };
    }

    private static void MarkDefault(List<ArgoHistoryEntry> judged, Deployed? deployed)
    {
        bool Elsewhere(ArgoHistoryEntry entry) => entry is { Current: false, Id: not null } && entry.VersionKey != deployed?.Version.Key;
        // What was there for a moment has shown little: it comes after what was longer.
        var target = judged.FindIndex(entry => Elsewhere(entry) && entry.Health >= RevisionHealth.Likely
            && (entry.Health == RevisionHealth.KnownGood || !(entry.CurrentFor < KnownGood.Proven)));
        if (target < 0) target = judged.FindIndex(entry => Elsewhere(entry) && entry.Health >= RevisionHealth.Likely);
        if (target >= 0) judged[target] = judged[target] with { IsDefaultTarget = true };
    }

    private static RevisionHealth Health(
        ArgoApplication application, ApplicationDeployment entry, bool current, TimeSpan? held, DeploymentImages images, Deployed? deployed, DateTimeOffset now, List<string> evidence)
    {
        if (current) return Now(application, deployed!, held, evidence);
        if (VersionMarks.IsBad(application, entry.Version, entry.Id))
        {
            evidence.Add("Was rolled away from before");
            return RevisionHealth.Bad;
        }

        if (deployed is { Entry: null } && application.OperationState!.Operation.Info(SyncApplication.LeavesInfo) == entry.Version.Key)
        {
            evidence.Add("The rollback that has not worked out was to leave it");
            return RevisionHealth.Bad;
        }

        var judged = images.Judged(entry, now);
        if (judged.Find(one => one.Health == RevisionHealth.Bad) is { } bad)
        {
            evidence.Add($"{bad.Kind.ToLowerInvariant()}/{bad.Name} revision {bad.Revision}: {bad.Evidence.FirstOrDefault()}");
            return RevisionHealth.Bad;
        }

        if (judged.Count > 0 && judged.TrueForAll(one => one.Health == RevisionHealth.KnownGood))
        {
            evidence.Add(judged[0].Evidence.FirstOrDefault() ?? "Its workloads are known to have worked");
            return RevisionHealth.KnownGood;
        }

        if (held >= KnownGood.LongEnough)
        {
            evidence.Add($"Was current for {Words.Duration(held.Value)}");
            return RevisionHealth.Likely;
        }

        if (judged.Count > 0 && judged.TrueForAll(one => one.Health >= RevisionHealth.Likely))
        {
            evidence.Add(judged.Find(one => one.Health == RevisionHealth.Likely)!.Evidence.FirstOrDefault() ?? "Its workloads worked, for a short while");
            return RevisionHealth.Likely;
        }

        if (VersionMarks.IsRestingOn(application, entry.Version))
        {
            evidence.Add("A rollback went here before");
            return RevisionHealth.Likely;
        }

        evidence.Add(held is { } time ? $"Was current for only {Words.Duration(time)}" : "Nothing tells how it did");
        return RevisionHealth.Unknown;
    }

    private static RevisionHealth Now(ArgoApplication application, Deployed deployed, TimeSpan? held, List<string> evidence)
    {
        evidence.Add($"Health is {application.Health}");
        if (held is { } time) evidence.Add($"Current for {Words.Duration(time)}");
        if (!deployed.Complete)
        {
            evidence.Insert(0, $"Its last sync ended {application.OperationState!.Phase}: {application.OperationState.Message}");
            return RevisionHealth.Bad;
        }

        return application.Health switch
        {
            "Healthy" => RevisionHealth.KnownGood,
            "Degraded" or "Missing" => RevisionHealth.Bad,
            _ => RevisionHealth.Unknown,
        };
    }
}
