using System.Globalization;
using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>One remote, through its cache.</summary>
internal sealed class RemoteRepository(string url, string? workingCopy, GitCache cache, GitProgram git) : IGitRepository
{
    private readonly RemoteRefs _refs = new(git, url);
    private readonly Fetcher _fetcher = new(cache, git, url);
    private readonly ObjectReader _objects = new(git, $"reading {url}");
    private readonly Pusher _pusher = new(git, url);

    public string Url => url;

    public string? WorkingCopy => workingCopy;

    // Whoever emptied the cache since the last call only made the next one slower.
    private ObjectReader Objects
    {
        get
        {
            cache.Ensure();
            return _objects;
        }
    }

    private CommitWriter Commits => new(git, Objects);

    public async Task<GitBranch> ReadBranchAsync(string? name, CancellationToken cancellation)
    {
        cache.Ensure();
        var branch = name is null ? await _refs.DefaultBranchAsync(cancellation).ConfigureAwait(false) : GitNames.Branch(name);
        try
        {
            return new GitBranch(branch, await _fetcher.TipAsync(branch, cancellation).ConfigureAwait(false));
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound && missing.Message.Contains("remote ref", StringComparison.Ordinal))
        {
            throw new EstateException(EstateErrorKind.NotFound, $"{url} has no branch '{branch}'.", missing)
            {
                Request = missing.Request,
                Recommendation = $"git ls-remote --heads {url}",
            };
        }
    }

    public async Task<GitCommit> FindCommitAsync(GitBranch branch, string revision, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(branch);
        ArgumentException.ThrowIfNullOrEmpty(revision);
        var wanted = revision.ToLowerInvariant();
        if (revision.StartsWith('~') && int.TryParse(revision[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var below))
            return await FindBelowAsync(branch, below, cancellation).ConfigureAwait(false);
        if (wanted.Length is >= 4 and <= 64 && wanted.All(char.IsAsciiHexDigitLower))
        {
            try
            {
                return await FindInHistoryAsync(branch, wanted, cancellation).ConfigureAwait(false);
            }
            catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound && wanted.Length < 40)
            {
                // It may be a tag that looks like the beginning of an id.
            }
        }

        var tag = (await ListTagsAsync(GitNames.Tag(revision), cancellation).ConfigureAwait(false)).FirstOrDefault(tag => tag.Name == revision);
        return tag is null
            ? throw new EstateException(EstateErrorKind.NotFound, $"'{revision}' is neither a commit of {branch.Name} nor a tag of {url}.")
            {
                Recommendation = $"git log --oneline {branch.Name}",
            }
            : await FindInHistoryAsync(branch, tag.Commit, cancellation).ConfigureAwait(false);
    }

    public Task<GitLog> ReadLogAsync(GitBranch branch, IReadOnlyList<string> paths, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(branch);
        ArgumentNullException.ThrowIfNull(paths);
        IReadOnlyList<string> inside = [.. paths.Select(GitNames.Path)];
        if (inside.Contains("")) inside = [];
        return _fetcher.SearchAsync(branch.Name, "a log", async history =>
        {
            // One more than asked for tells whether there are more; boundary commits seem to change everything.
            var ids = await ListAsync([$"--max-count={limit + 1 + history.Boundary.Count}", branch.Tip, "--", .. inside], cancellation)
                .ConfigureAwait(false);
            var real = ids.Where(id => history.Complete || !history.Boundary.Contains(id)).ToList();
            if (real.Count < limit && !history.Complete) return null;
            var commits = await Objects.ReadCommitsAsync([.. real.Take(limit)], cancellation).ConfigureAwait(false);
            return new GitLog(commits, history.Complete && real.Count <= limit);
        }, cancellation);
    }

    public Task<IReadOnlyList<GitCommit>> ReadAfterAsync(GitBranch branch, string commit, string text, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(branch);
        return _fetcher.SearchAsync(branch.Name, $"a commit {GitNames.Id(commit)}", async history =>
        {
            if ((!history.Complete && history.Boundary.Contains(commit)) || !(await ListAsync([branch.Tip], cancellation).ConfigureAwait(false)).Contains(commit)) return null;
            var ids = await ListAsync(["--topo-order", "--fixed-strings", $"--grep={text}", branch.Tip, $"^{commit}"], cancellation).ConfigureAwait(false);
            return await Objects.ReadCommitsAsync(ids, cancellation).ConfigureAwait(false);
        }, cancellation);
    }

    public async Task<bool> ContainsAsync(GitBranch branch, string commit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(branch);
        try
        {
            return await FindInHistoryAsync(branch, GitNames.Id(commit), cancellation).ConfigureAwait(false) is not null;
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
        {
            return false;
        }
    }

    public async Task<GitFile?> ReadFileAsync(string commit, string path, CancellationToken cancellation)
    {
        var inside = GitNames.Path(path);
        var slash = inside.LastIndexOf('/');
        var directory = slash < 0 ? "" : inside[..slash];
        // Its directory tells what it is, and both come from one process.
        var found = await Objects.ReadAsync([$"{GitNames.Id(commit)}:{directory}", $"{commit}:{inside}"], cancellation).ConfigureAwait(false);
        if (found[0] is not { Type: "tree" } tree || tree.AsTree().Find(inside[(slash + 1)..]) is not { } entry) return null;
        return Kind(entry.Mode) is var kind && kind is GitEntryKind.Directory or GitEntryKind.Submodule
            ? new GitFile(entry.Id, kind, default)
            : new GitFile(entry.Id, kind, found[1]?.Content ?? throw new EstateException(EstateErrorKind.Server, $"{url} did not give the content of {inside}."));
    }

    public async Task<IReadOnlyList<GitEntry>> ListAsync(string commit, string directory, CancellationToken cancellation)
    {
        var found = await Objects.ReadAsync([$"{GitNames.Id(commit)}:{GitNames.Path(directory)}"], cancellation).ConfigureAwait(false);
        return found[0] is { Type: "tree" } tree
            ? [.. tree.AsTree().Entries.Select(entry => new GitEntry(Encoding.UTF8.GetString(entry.Name), Kind(entry.Mode), entry.Id))]
            : [];
    }

    public Task<IReadOnlyList<GitTag>> ListTagsAsync(string pattern, CancellationToken cancellation)
    {
        cache.Ensure();
        return _refs.TagsAsync(GitNames.TagPattern(pattern), cancellation);
    }

    public async Task<IReadOnlyList<TaggedCommit>> ReadTagsAsync(IReadOnlyList<GitTag> tags, int limit, CancellationToken cancellation)
    {
        List<TaggedCommit> found = [];
        foreach (var some in tags.Chunk(limit))
        {
            await _fetcher.TagsAsync(some, cancellation).ConfigureAwait(false);
            var types = await Objects.ReadTypesAsync([.. some.Select(tag => tag.Commit)], cancellation).ConfigureAwait(false);
            var releases = some.Where((_, i) => types[i] == "commit").Take(limit - found.Count).ToList();
            var commits = await Objects.ReadCommitsAsync([.. releases.Select(tag => tag.Commit)], cancellation).ConfigureAwait(false);
            found.AddRange(releases.Zip(commits, (tag, commit) => new TaggedCommit(tag, commit)));
            if (found.Count == limit) break;
        }

        return found;
    }

    public Task<string> WriteCommitAsync(CommitDraft draft, CancellationToken cancellation) => Commits.WriteAsync(draft, cancellation);

    public Task<RevertedTree> RevertAsync(RevertRequest request, CancellationToken cancellation) => new Reverter(git, Commits).RevertAsync(request, cancellation);

    public async Task<string> WriteTagAsync(TagDraft draft, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Message is null) return GitNames.Id(draft.Commit);
        using var held = await cache.LockAsync(cancellation).ConfigureAwait(false);
        // git tag signs as configured; the ref it makes is only ours.
        await git.RunAsync(new GitCall("tag", "--force", "--annotate", "-F", "-", GitNames.Tag(draft.Name), GitNames.Id(draft.Commit))
        {
            Input = Encoding.UTF8.GetBytes(draft.Message.ReplaceLineEndings("\n") + "\n"),
        }, cancellation).ConfigureAwait(false);
        return (await git.RunAsync(new GitCall("rev-parse", "--verify", "--quiet", $"refs/tags/{draft.Name}"), cancellation).ConfigureAwait(false)).Line;
    }

    public Task<PushOutcome> PushAsync(IReadOnlyList<RefUpdate> updates, CancellationToken cancellation) => _pusher.PushAsync(updates, cancellation);

    private Task<GitCommit> FindInHistoryAsync(GitBranch branch, string wanted, CancellationToken cancellation) =>
        _fetcher.SearchAsync(branch.Name, $"a commit {wanted}", async history =>
        {
            var found = (await ListAsync([branch.Tip], cancellation).ConfigureAwait(false)).Where(id => id.StartsWith(wanted, StringComparison.Ordinal)).Take(2).ToList();
            if (found.Count > 1) throw new EstateException(EstateErrorKind.Configuration, $"'{wanted}' begins the ids of several commits.") { Recommendation = "Write more of the id." };
            // A boundary commit's parents are not here yet, and whoever looks for it will want them.
            return found.Count == 1 && (history.Complete || !history.Boundary.Contains(found[0]))
                ? (await Objects.ReadCommitsAsync(found, cancellation).ConfigureAwait(false))[0]
                : null;
        }, cancellation);

    private Task<GitCommit> FindBelowAsync(GitBranch branch, int below, CancellationToken cancellation) =>
        _fetcher.SearchAsync(branch.Name, $"{below} commits below its tip", async history =>
        {
            var ids = await ListAsync(["--first-parent", $"--max-count={Math.Min(below, 1_000_000) + 1}", branch.Tip], cancellation).ConfigureAwait(false);
            return ids.Count == below + 1 && (history.Complete || !history.Boundary.Contains(ids[^1]))
                ? (await Objects.ReadCommitsAsync([ids[^1]], cancellation).ConfigureAwait(false))[0]
                : null;
        }, cancellation);

    private async Task<IReadOnlyList<string>> ListAsync(string[] arguments, CancellationToken cancellation) =>
        [.. (await git.RunAsync(new GitCall(["rev-list", .. arguments]) { Timeout = GitCall.Network }, cancellation).ConfigureAwait(false)).Lines];

    private static GitEntryKind Kind(string mode) => mode switch
    {
        RawTree.Directory => GitEntryKind.Directory,
        RawTree.SymbolicLink => GitEntryKind.SymbolicLink,
        RawTree.Submodule => GitEntryKind.Submodule,
        _ => GitEntryKind.File,
    };
}
