using System.Collections.Immutable;

namespace RollbackTools.Practice.Git;

/// <summary>
/// A history to be made: commits, branches, merges, reverts and tags, in the order they are named. It knows every file at every
/// commit, so that a merge and a revert are what git would make of them. Everything in it is pinned: the same seed always gives the
/// same SHAs.
/// </summary>
public sealed class RepositorySeed
{
    private readonly List<Func<FastImport, string[], Task>> steps = [];
    private readonly List<SeedCommit> commits = [];
    private readonly Dictionary<string, SeedCommit> branches = [];

    /// <summary>What HEAD points to.</summary>
    public string DefaultBranch { get; init; } = "main";

    /// <summary>The newest commit of a branch. Throws <see cref="KeyNotFoundException"/> for one that has none.</summary>
    public SeedCommit Tip(string? branch = null) => branches[branch ?? DefaultBranch];

    /// <summary>Commits on a branch; its first commit begins a history of its own.</summary>
    public SeedCommit Commit(CommitDraft draft, string? branch = null)
    {
        var on = branch ?? DefaultBranch;
        return Add(on, draft, branches.GetValueOrDefault(on), merged: null);
    }

    /// <summary>Begins a branch at a commit.</summary>
    public void Branch(string name, SeedCommit at)
    {
        branches[name] = at;
        steps.Add((import, marks) => import.ResetAsync($"refs/heads/{name}", marks[at.Index]));
    }

    /// <summary>
    /// Merges a branch, with a merge commit always. Where both sides changed a file since they parted, the merged branch wins.
    /// </summary>
    public SeedCommit Merge(string branch, GitAuthor author, DateTimeOffset date, string message, string? into = null)
    {
        var (on, theirs) = (into ?? DefaultBranch, branches[branch]);
        var ours = branches[on];
        var common = ours.WithAncestors().Intersect(theirs.WithAncestors()).MaxBy(commit => commit.Index);
        var changes = Difference(common?.Files ?? Nothing, theirs.Files)
            .Where(change => ours.Files.GetValueOrDefault(change.Path) != change.Content).ToList();
        return Add(on, new CommitDraft(author, date, message, changes), ours, theirs);
    }

    /// <summary>As <c>git revert</c>: the files the commit changed are as they were before it.</summary>
    public SeedCommit Revert(SeedCommit bad, GitAuthor author, DateTimeOffset date, string why, string? branch = null)
    {
        var changes = Difference(bad.Files, bad.Parent?.Files ?? Nothing);
        return Commit(new CommitDraft(author, date, $"Revert \"{bad.Draft.Message.Split('\n')[0]}\"\n\n{why}\n", changes), branch);
    }

    /// <summary>A tag: annotated when it has a message.</summary>
    public void Tag(string name, SeedCommit at, string? message = null) => steps.Add((import, marks) => message is null
        ? import.ResetAsync($"refs/tags/{name}", marks[at.Index])
        : import.TagAsync(name, marks[at.Index], at.Draft.Author, at.Draft.Date, message));

    internal async Task WriteAsync(Stream stream)
    {
        FastImport import = new(stream);
        var marks = new string[commits.Count];
        foreach (var step in steps) await step(import, marks);
        await import.EndAsync();
    }

    private static ImmutableSortedDictionary<string, string> Nothing { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private SeedCommit Add(string branch, CommitDraft draft, SeedCommit? parent, SeedCommit? merged)
    {
        var files = (parent?.Files ?? Nothing).ToBuilder();
        foreach (var (path, content) in draft.Changes)
        {
            if (content is null) files.Remove(path);
            else files[path] = content;
        }

        SeedCommit commit = new(commits.Count, draft, parent, merged, files.ToImmutable());
        commits.Add(commit);
        branches[branch] = commit;
        steps.Add(async (import, marks) => marks[commit.Index] = await import.CommitAsync(
            $"refs/heads/{branch}", draft, parent is null ? null : marks[parent.Index], merged is null ? null : marks[merged.Index]));
        return commit;
    }

    private static List<FileChange> Difference(ImmutableSortedDictionary<string, string> from, ImmutableSortedDictionary<string, string> to) =>
    [
        .. from.Keys.Where(path => !to.ContainsKey(path)).Select(path => new FileChange(path, null)),
        .. to.Where(file => from.GetValueOrDefault(file.Key) != file.Value).Select(file => new FileChange(file.Key, file.Value)),
    ];
}

/// <summary>One commit of a seed, with every file as it is there.</summary>
public sealed class SeedCommit
{
    internal SeedCommit(int index, CommitDraft draft, SeedCommit? parent, SeedCommit? merged, ImmutableSortedDictionary<string, string> files) =>
        (Index, Draft, Parent, Merged, Files) = (index, draft, parent, merged, files);

    public CommitDraft Draft { get; }

    public SeedCommit? Parent { get; }

    /// <summary>The second parent of a merge.</summary>
    public SeedCommit? Merged { get; }

    public ImmutableSortedDictionary<string, string> Files { get; }

    internal int Index { get; }

    internal HashSet<SeedCommit> WithAncestors()
    {
        HashSet<SeedCommit> all = [];
        Stack<SeedCommit> left = new([this]);
        while (left.TryPop(out var commit))
        {
            if (!all.Add(commit)) continue;
            if (commit.Parent is { } parent) left.Push(parent);
            if (commit.Merged is { } merged) left.Push(merged);
        }

        return all;
    }
}
