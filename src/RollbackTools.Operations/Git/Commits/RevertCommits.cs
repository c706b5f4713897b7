using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>
/// Takes the changes of commits out again by one commit on top of the branch. If nothing of them is left there, because somebody
/// reverted them already, there is nothing to do; if later commits changed the same lines, nothing is done.
/// </summary>
public sealed record RevertCommits : PushCommit
{
    /// <summary>What a message's line begins with that keeps <see cref="Named"/>.</summary>
    internal const string NamedMark = "Named: ";

    /// <summary>Full ids, in the order in which to take them out.</summary>
    public IReadOnlyList<string> Commits { get; init; } = [];

    /// <summary>Which parent of a merge to go back to, from 1.</summary>
    public int? Mainline { get; init; }

    /// <summary>A tag to push together with the revert; made anew on each attempt.</summary>
    public string? Tag { get; init; }

    /// <summary>The commits as they were named relative to the tip (<c>~0</c>), which means others from now on; null when they were not.</summary>
    public string? Named { get; init; }

    /// <summary>Make it an annotated one, as its predecessors are.</summary>
    public bool AnnotateTag { get; init; }

    /// <summary>Branches on which a commit may lie that was proposed and merged in another form.</summary>
    public IReadOnlyList<string> AlsoLookOn { get; init; } = [];

    [JsonIgnore]
    public override string Description =>
        $"PUSH {Remote} {PullRequestBranch ?? Branch}: revert {(AlsoLookOn.Count > 0 ? "what was pushed" : string.Join(", ", Commits.Select(GitCommit.Short)))}"
        + (Tag is null ? "" : $", tag {Tag}");

    private protected override async Task<CommitDraft?> ComposeAsync(
        StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation)
    {
        var (commits, reverted) = await RevertAsync(repository, tip, cancellation);
        if (reverted is null) return null; // Never arrived, so there is nothing to take back.
        if (reverted.Conflicts.Count > 0)
        {
            // Taken out already, and the lines were changed again since.
            RevertHistory history = new(repository, tip);
            foreach (var commit in commits)
                if (await history.FindAsync(commit, cancellation) is null) throw Conflict(repository.Url, reverted.Conflicts);
            return null;
        }

        return reverted.Changed ? Draft(tip.Tip, reverted, commits) : null;
    }

    /// <summary>By the content alone: lines that were changed again since are not what is to be deployed.</summary>
    internal override async Task<bool> IsOnAsync(StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation) =>
        (await RevertAsync(repository, tip, cancellation)).Tree is not { } reverted
        || (reverted.Conflicts.Count > 0 ? throw Conflict(repository.Url, reverted.Conflicts) : !reverted.Changed);

    private async Task<(IReadOnlyList<GitCommit> Commits, RevertedTree? Tree)> RevertAsync(IGitRepository repository, GitBranch tip, CancellationToken cancellation)
    {
        List<GitCommit> commits = [];
        foreach (var id in Commits)
        {
            if (await FindAsync(repository, tip, id, cancellation) is { } commit) commits.Add(commit);
        }

        return (commits, commits.Count == 0 ? null : await repository.RevertAsync(new RevertRequest(tip.Tip, commits, Mainline), cancellation));
    }

    internal CommitDraft Draft(string parent, RevertedTree reverted, IReadOnlyList<GitCommit> commits) =>
        new() { Parent = parent, Tree = reverted.Tree, Message = Message(commits) };

    private protected override async Task<IReadOnlyList<RefUpdate>> TagsAsync(IGitRepository repository, string commit, CancellationToken cancellation)
    {
        if (Tag is null) return [];
        if ((await repository.ListTagsAsync(Tag, cancellation)).Count > 0)
        {
            throw new RollbackException("TagExists", $"{repository.Url} has a tag '{Tag}' already. Nothing was pushed.")
            {
                Target = Tag,
                NextStep = "Name another with -Tag, or let -PatchTag choose the next.",
            };
        }

        var message = AnnotateTag ? $"Rolled back by {RunEngine.Actor}{(Reason is null ? "" : $": {Reason}")}" : null;
        return [RefUpdate.Tag(Tag, await repository.WriteTagAsync(new TagDraft(Tag, commit, message), cancellation))];
    }

    private async Task<GitCommit?> FindAsync(IGitRepository repository, GitBranch tip, string id, CancellationToken cancellation)
    {
        if (AlsoLookOn.Count == 0) return await repository.FindCommitAsync(tip, id, cancellation);
        foreach (var branch in AlsoLookOn.Prepend(tip.Name))
        {
            try
            {
                var at = branch == tip.Name ? tip : await repository.ReadBranchAsync(branch, cancellation);
                return await repository.FindCommitAsync(at, id, cancellation);
            }
            catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
            {
                // Perhaps on the next.
            }
        }

        return null;
    }

    private string Message(IReadOnlyList<GitCommit> commits)
    {
        var subject = commits.Count == 1 ? $"Revert \"{commits[0].Subject}\"" : $"Revert {commits.Count} commits";
        var lines = commits.Select(commit => $"This reverts commit {commit.Id}"
            + (commit.Parents.Count > 1 && Mainline is { } parent ? $", reversing changes made to {commit.Parents[parent - 1]}" : "")
            + (commits.Count > 1 ? $" (\"{commit.Subject}\")." : "."));
        return $"{subject}\n\n{string.Join('\n', lines)}\n" + (Reason is null ? "" : $"\nReason: {Reason}") + $"\nBy: {RunEngine.Actor}"
            + (Named is null ? "" : $"\n{NamedMark}{Named}");
    }

    internal RollbackException Conflict(string url, IReadOnlyList<string> paths) => new RollbackException("RevertConflict",
        $"{string.Join(", ", Commits.Select(GitCommit.Short))} cannot be reverted on {Branch} of {url}: later commits changed the same lines of "
        + $"{string.Join(", ", paths.Take(10))}{(paths.Count > 10 ? $" and {paths.Count - 10} more" : "")}. Nothing was changed.")
        {
            Target = Branch,
            NextStep = $"Revert the later commits as well (git log -- {paths[0]}), newest first, or resolve it by hand: git revert {Commits[0]}",
        };
}
