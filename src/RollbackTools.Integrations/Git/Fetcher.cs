using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// Brings in as little as an answer needs: the newest commit with its trees, more of the history only when it is asked about,
/// and files never. A server without partial or shallow clones sends what it sends; the answer is the same, later.
/// </summary>
internal sealed partial class Fetcher(GitCache cache, GitProgram git, string url)
{
    // Bad commits are recent; each further step costs more and is needed by fewer.
    private static readonly int[] Depths = [200, 2_000, 20_000, int.MaxValue];

    /// <summary>The branch's newest commit and its trees.</summary>
    public async Task<string> TipAsync(string branch, CancellationToken cancellation)
    {
        using var held = await cache.LockAsync(cancellation).ConfigureAwait(false);
        await FetchAsync(1, [$"+refs/heads/{GitNames.Branch(branch)}:{Local(branch)}"], cancellation).ConfigureAwait(false);
        return (await git.RunAsync(new GitCall("rev-parse", "--verify", "--quiet", $"{Local(branch)}^{{commit}}"), cancellation).ConfigureAwait(false)).Line;
    }

    /// <summary>The tagged commits and their trees.</summary>
    public async Task TagsAsync(IReadOnlyList<GitTag> tags, CancellationToken cancellation)
    {
        if (tags.Count == 0) return;
        using var held = await cache.LockAsync(cancellation).ConfigureAwait(false);
        await FetchAsync(1, [.. tags.Select(tag => $"+refs/tags/{GitNames.Tag(tag.Name)}:refs/rollbacktools/tags/{tag.Name}")], cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks <paramref name="look"/> about ever more of the branch's history until it has an answer or has seen all of it. While it
    /// looks nobody else changes how deep the history is.
    /// </summary>
    public async Task<T> SearchAsync<T>(string branch, string what, Func<History, Task<T?>> look, CancellationToken cancellation)
        where T : class
    {
        using var held = await cache.LockAsync(cancellation).ConfigureAwait(false);
        foreach (var depth in Depths)
        {
            await FetchAsync(depth, [$"+refs/heads/{GitNames.Branch(branch)}:{Local(branch)}"], cancellation).ConfigureAwait(false);
            var boundary = Boundary();
            if (await look(new History(boundary, Complete: boundary.Count == 0 || depth == int.MaxValue)).ConfigureAwait(false) is { } answer) return answer;
        }

        throw new EstateException(EstateErrorKind.NotFound, $"The branch {branch} of {url} does not contain {what}.")
        {
            Request = $"git fetch {url}",
            Recommendation = $"git log --oneline {branch}",
        };
    }

    private static string Local(string branch) => $"refs/rollbacktools/heads/{branch}";

    private async Task FetchAsync(int depth, string[] refs, CancellationToken cancellation)
    {
        GitCall call = new([
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--filter=blob:none", $"--depth={depth}", GitCache.Remote, .. refs])
        {
            Timeout = GitCall.Network,
            What = $"git fetch {url}",
        };
        try
        {
            await git.RunAsync(call, cancellation).ConfigureAwait(false);
        }
        catch (EstateException broken) when (broken.Kind == EstateErrorKind.Server)
        {
            // Nothing the network explains: the remote makes its ids another way than the cache, or the cache was damaged. It holds nothing that
            // cannot be had again.
            cache.Reset(ServerFormat().Match(broken.Message) is { Success: true } match ? match.Groups[1].Value : null);
            await git.RunAsync(call, cancellation).ConfigureAwait(false);
        }
    }

    [GeneratedRegex(@"mismatched algorithms: client \w+; server (sha1|sha256)\b")]
    private static partial Regex ServerFormat();

    // The commits whose parents are not here; to Git they look like first commits.
    private HashSet<string> Boundary()
    {
        var file = Path.Combine(cache.Directory, "shallow");
        return File.Exists(file) ? [.. File.ReadAllLines(file)] : [];
    }
}

/// <summary>How much of a history is here: all of it, or down to the boundary commits.</summary>
internal sealed record History(IReadOnlySet<string> Boundary, bool Complete);
