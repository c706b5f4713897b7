using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Images;

/// <summary>Finds the earlier deployments of an application that differ from now in exactly the images that were asked for.</summary>
internal static class HistoryMatch
{
    /// <summary>Those it might be, newest first: none that runs now, none that was left.</summary>
    public static IEnumerable<ApplicationDeployment> Candidates(ArgoApplication application)
    {
        var now = Deployed.Of(application);
        return application.History.Reverse().Where(entry => !entry.Version.SameAs(now?.Version) && !VersionMarks.IsBad(application, entry.Version, entry.Id));
    }

    /// <summary>By what the cluster remembers. Newest first; none when each would move something else, too, or the cluster no longer tells.</summary>
    public static IEnumerable<ApplicationDeployment> Find(ArgoApplication application, IReadOnlyList<WorkloadSnapshot> workloads, IReadOnlyList<WorkloadMove> moves)
    {
        DeploymentImages images = new(application, workloads);
        return Candidates(application).Where(entry => IsExact(images.Revisions(entry).ToList(), workloads, moves));
    }

    private static bool IsExact(List<(WorkloadSnapshot Workload, Revision Revision)> then, IReadOnlyList<WorkloadSnapshot> workloads, IReadOnlyList<WorkloadMove> moves) =>
        then.Count == workloads.Count && then.TrueForAll(pair =>
        {
            var wanted = moves.FirstOrDefault(move => move.Kind == pair.Workload.Kind && move.Namespace == pair.Workload.Namespace && move.Name == pair.Workload.Name);
            var template = wanted is null ? pair.Workload.Template
                : pair.Workload.Template.WithImages(wanted.To.ToDictionary(image => image.Container, image => image.Image));
            return pair.Revision.Template.Hash == template.Hash || template.Fulfils(pair.Revision.Template);
        });
}
