using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>What is wrong with a release's records, in sentences.</summary>
internal static class HelmProblems
{
    public static IReadOnlyList<string> Of(HelmReleaseContent release, IReadOnlyList<HelmRecordHeader> all, DateTimeOffset now)
    {
        List<string> problems = [];
        var last = release.Last;
        if (release.IsPending)
        {
            var age = now - last.TouchedAt is { } span && span > TimeSpan.Zero ? $" for {Words.Duration(span)}" : "";
            problems.Add($"Revision {last.Number} has been {last.Status}{age}: somebody is at work, or was cut off");
        }

        var deployed = all.Where(header => header.Status == HelmStatus.Deployed).Select(header => header.Name.Revision).ToList();
        if (deployed.Count == 0 && last.Status is not (HelmStatus.Uninstalled or HelmStatus.Uninstalling or HelmStatus.PendingInstall))
            problems.Add("No revision is marked deployed, so the next upgrade starts from a wrong one");
        if (deployed.Count > 1) problems.Add($"Revisions {string.Join(", ", deployed.Order())} are all marked deployed");
        foreach (var stale in all.Skip(1).Where(header => HelmStatus.IsPending(header.Status)))
            problems.Add($"Revision {stale.Name.Revision} is still {stale.Status}, though others came after it");
        foreach (var revision in release.Revisions)
        {
            if (revision.Trouble is { } trouble) problems.Add(trouble.Message);
            else if (revision.Info is { } info && info.Status != revision.Header.Status)
                problems.Add($"Revision {revision.Number} says it is {info.Status}, and its label says {revision.Header.Status}");
        }

        return problems;
    }
}
