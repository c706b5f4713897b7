using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// Which workload revisions an application's deployments brought: the last that was current before the next deployment began. A
/// version deployed again reuses its revisions, so it is looked up at its first time.
/// </summary>
internal sealed class DeploymentImages(ArgoApplication application, IReadOnlyList<WorkloadSnapshot> workloads)
{
    /// <summary>The images it ran: from its workloads' revisions, else those its sources pin; empty when nothing tells.</summary>
    public IReadOnlyList<string> Of(ApplicationDeployment entry)
    {
        var found = Revisions(entry).SelectMany(pair => pair.Revision.Template.Images.Select(image => image.Image)).Distinct().Order(StringComparer.Ordinal).ToList();
        return found.Count > 0 ? found : entry.Version.PinnedImages;
    }

    /// <summary>
    /// How those revisions are judged by what the cluster remembers of them. What runs still and has for long is no witness; what is new may
    /// be what is wrong, and then a deployment that has it, too, is no way out.
    /// </summary>
    public List<ImageRevision> Judged(ApplicationDeployment entry, DateTimeOffset now) =>
        [.. Revisions(entry).Select(pair => KnownGood.Judge(pair.Workload, "", now).First(judged => judged.Source == pair.Revision.Source))
            .Where(judged => !judged.Current || judged.CurrentFor < KnownGood.LongEnough)];

    /// <summary>The revision of each workload that it brought.</summary>
    public IEnumerable<(WorkloadSnapshot Workload, Revision Revision)> Revisions(ApplicationDeployment entry)
    {
        var deployment = application.History.TakeWhile(other => !other.Version.SameAs(entry.Version)).Count();
        foreach (var workload in workloads)
        {
            if (At(RevisionTimeline.TurnsOf(workload.Revisions), deployment) is { } revision) yield return (workload, revision);
        }
    }

    private Revision? At(List<(Revision Revision, DateTimeOffset? Start)> turns, int deployment)
    {
        // Times are whole seconds: of deployments that began in the same one only the order tells, if each brought a revision.
        if (Began(application.History[deployment]) is { } second && EndOf(deployment) == second)
        {
            var together = Enumerable.Range(0, application.History.Count).Where(other => Began(application.History[other]) == second).ToList();
            var brought = turns.Where(turn => turn.Start == second).ToList();
            return together.Count == brought.Count ? brought[together.IndexOf(deployment)].Revision : null;
        }

        var dated = turns.FindLastIndex(turn => turn.Start < EndOf(deployment));
        if (dated < 0) return null;

        // A template that came back has a turn that nobody dated: it came with the deployment after the last dated one, and so on.
        var later = Enumerable.Range(0, deployment).Count(other => EndOf(other) > turns[dated].Start);
        var undated = turns.Skip(dated + 1).TakeWhile(turn => turn.Start is null).Count();
        return turns[dated + Math.Min(later, undated)].Revision;
    }

    /// <summary>When the next deployment began, also one that failed.</summary>
    private DateTimeOffset? EndOf(int deployment)
    {
        var next = application.History.Skip(deployment + 1).FirstOrDefault();
        if (next is not null) return Began(next);
        return Deployed.Of(application) is { Entry: null, Since: { } failed } ? failed : DateTimeOffset.MaxValue;
    }

    private static DateTimeOffset? Began(ApplicationDeployment entry) => entry.DeployStartedAt ?? entry.DeployedAt;
}
