using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>An application's deployments with images, commits and how they did. Only reads.</summary>
public sealed class ApplicationHistory(IEstate estate, TimeProvider time)
{
    /// <summary>Newest first. Throws ApplicationNotFound.</summary>
    public async Task<IReadOnlyList<ArgoHistoryEntry>> ReadAsync(ApplicationName name, CancellationToken cancellation)
    {
        var application = await ApplicationRules.FindAsync(estate.ArgoCd, name, ArgoRefresh.None, cancellation);
        var judged = await JudgeAsync(application, cancellation);
        var revisions = judged.Select(entry => entry.Revision).Where(revision => !revision.Contains(' ', StringComparison.Ordinal)).Distinct().ToList();
        var commits = await new CommitLookup(estate, time).FindAsync(application, revisions, cancellation);
        return [.. judged.Select(entry => commits.TryGetValue(entry.Revision, out var commit)
            ? entry with { Subject = commit.Subject, Author = commit.Author, CommittedAt = commit.Date }
            : entry)];
    }

    internal async Task<IReadOnlyList<ArgoHistoryEntry>> JudgeAsync(ArgoApplication application, CancellationToken cancellation) =>
        ApplicationKnownGood.Judge(application, await new ApplicationWorkloads(estate).ReadAsync(application, cancellation), estate.Name, time.GetUtcNow());
}
