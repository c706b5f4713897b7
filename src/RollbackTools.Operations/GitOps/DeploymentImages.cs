using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Images;

namespace RollbackTools.Operations.GitOps;

/// <summary>
/// Which workload revisions an application's deployments brought: the newest made before the next deployment began. A version
/// deployed again reuses its revisions, so it is looked up at its first time.
/// </summary>
internal sealed class DeploymentImages(ArgoApplication application, IReadOnlyList<WorkloadSnapshot> workloads)
{
    /// <summary>The images it ran: from its workloads' revisions, else those its sources pin; empty when nothing tells.</summary>
    public IReadOnlyList<string> Of(ApplicationDeployment entry)
    {
        var found = Revisions(entry).SelectMany(pair => pair.Revision.Template.Images.Select(image => image.Image)).Distinct().ToList();
        return found.Count > 0 ? found : entry.Version.PinnedImages;
    }

    /// <summary>How those revisions are judged by what the cluster remembers of them.</summary>
    public List<ImageRevision> Judged(ApplicationDeployment entry, DateTimeOffset now) =>
        [.. Revisions(entry).Select(pair => KnownGood.Judge(pair.Workload, "", now).First(judged => judged.Source == pair.Revision.Source))
            .Where(judged => !judged.Current)];

    /// <summary>The revision of each workload that it brought.</summary>
    public IEnumerable<(WorkloadSnapshot Workload, Revision Revision)> Revisions(ApplicationDeployment entry)
    {
        var first = application.History.First(other => other.Version.SameAs(entry.Version));
        var next = application.History.FirstOrDefault(other => other.Id > first.Id);
        var until = next is null ? Deployed.Of(application) is { Entry: null } failed ? failed.Since : DateTimeOffset.MaxValue : next.DeployStartedAt ?? next.DeployedAt;
        foreach (var workload in workloads)
        {
            // Times are whole seconds; the number it was first given says which of two came later.
            var made = workload.Revisions.Where(revision => revision.CreatedAt < until)
                .MaxBy(revision => (revision.CreatedAt, revision.FormerNumbers.Count > 0 ? revision.FormerNumbers[0] : revision.Number));
            if (made is not null) yield return (workload, made);
        }
    }
}
