using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>
/// Who committed what an application deployed: Argo CD's API server tells, else Git itself is asked. Either may be down at that moment,
/// and the history stands without it.
/// </summary>
internal sealed class CommitLookup(IEstate estate, TimeProvider time)
{
    private const int AtOnce = 8;
    private const int LogLength = 300;

    // Long enough for a fetch of a few commits, short enough to wait for at 03:00.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public async Task<IReadOnlyDictionary<string, ArgoCommit>> FindAsync(ArgoApplication application, IReadOnlyList<string> revisions, CancellationToken cancellation)
    {
        Dictionary<string, ArgoCommit> found = [];
        using CancellationTokenSource limit = new(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        await Parallel.ForEachAsync(revisions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (revision, _) =>
        {
            if (await TryAsync(() => estate.ArgoCd.DescribeAsync(application, revision, either.Token), cancellation) is { } commit)
                lock (found) found[revision] = commit;
        });
        return found.Count > 0 || revisions.Count == 0 ? found : await TryAsync(() => FromGitAsync(application, either.Token), cancellation) ?? found;
    }

    private async Task<IReadOnlyDictionary<string, ArgoCommit>?> FromGitAsync(ArgoApplication application, CancellationToken cancellation)
    {
        // Somebody else wrote the address: only what names a remote is followed, and in the clear no further than this machine.
        if (application.Sources is not [var source] || source.Text("chart") is not null || source.Text("repoURL") is not { } url) return null;
        if (!(url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("ssh://", StringComparison.Ordinal) || url.StartsWith("git@", StringComparison.Ordinal)
            || (Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http", IsLoopback: true }))) return null;
        var repository = await estate.Git.OpenAsync(url, cancellation);
        var branch = await repository.ReadBranchAsync(source.Text("targetRevision") is { } target and not "HEAD" ? target : null, cancellation);
        var log = await repository.ReadLogAsync(branch, [], LogLength, cancellation);
        return log.Commits.ToDictionary(commit => commit.Id,
            commit => new ArgoCommit($"{commit.Author.Name} <{commit.Author.Email}>", commit.Author.At, commit.Subject));
    }

    private static async Task<T?> TryAsync<T>(Func<Task<T?>> ask, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (Exception failure) when (failure is EstateException or FormatException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
