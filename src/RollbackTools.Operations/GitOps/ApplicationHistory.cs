using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.GitOps;

/// <summary>An application's deployments with images, commits and how they did. Only reads.</summary>
public sealed class ApplicationHistory(IEstate estate, TimeProvider time)
{
    private const int AtOnce = 8;

    /// <summary>Newest first. Throws ApplicationNotFound.</summary>
    public async Task<IReadOnlyList<ArgoHistoryEntry>> ReadAsync(ApplicationName name, CancellationToken cancellation)
    {
        var application = await Applications.FindAsync(estate.ArgoCd, name, ArgoRefresh.None, cancellation);
        var judged = await JudgeAsync(application, cancellation);
        var commits = await CommitsAsync(application, judged, cancellation);
        return [.. judged.Select(entry => commits.GetValueOrDefault(entry.Revision) is { } commit
            ? entry with { Subject = commit.Subject, Author = commit.Author, CommittedAt = commit.Date }
            : entry)];
    }

    internal async Task<IReadOnlyList<ArgoHistoryEntry>> JudgeAsync(ArgoApplication application, CancellationToken cancellation) =>
        ApplicationKnownGood.Judge(application, await new ApplicationWorkloads(estate).ReadAsync(application, cancellation), estate.Name, time.GetUtcNow());

    private async Task<Dictionary<string, ArgoCommit?>> CommitsAsync(
        ArgoApplication application, IReadOnlyList<ArgoHistoryEntry> entries, CancellationToken cancellation)
    {
        var revisions = entries.Select(entry => entry.Revision).Where(revision => !revision.Contains(' ', StringComparison.Ordinal)).Distinct().ToList();
        using SemaphoreSlim room = new(AtOnce);
        var told = await Task.WhenAll(revisions.Select(async revision =>
        {
            await room.WaitAsync(cancellation);
            try
            {
                return KeyValuePair.Create(revision, await estate.ArgoCd.DescribeAsync(application, revision, cancellation));
            }
            catch (EstateException) when (!cancellation.IsCancellationRequested)
            {
                return KeyValuePair.Create(revision, (ArgoCommit?)null); // Git is down, or the commit is gone: the history stands without it.
            }
            finally
            {
                room.Release();
            }
        }));
        return new Dictionary<string, ArgoCommit?>(told);
    }
}
