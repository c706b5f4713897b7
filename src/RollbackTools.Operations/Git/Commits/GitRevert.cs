using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>Reverts commits on a branch of a repository.</summary>
internal sealed class GitRevert(GitRevertRequest request, IEstate estate, TimeProvider time) : IOperation
{
    private const int LookBack = 50;

    // Who names a commit by its place again within this time may be repeating the command, and the place is another commit's by now.
    private static readonly TimeSpan Repetition = TimeSpan.FromHours(1);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation)
    {
        var repository = await estate.Git.OpenAsync(RepositoryName.WithoutSecret(request.Repository), cancellation);
        if (request.PullRequestBranch is { } named) GitNames.Branch(named);
        if (request.Tag is { } tag) GitNames.Tag(tag);
        var branch = await repository.ReadBranchAsync(request.Branch, cancellation);
        GitChange draft = new()
        {
            Estate = estate.Name,
            Namespace = RepositoryName.Short(repository.Url),
            Kind = "Branch",
            Name = branch.Name,
            Repository = repository.Url,
            Branch = branch.Name,
            From = GitCommit.Short(branch.Tip),
        };
        try
        {
            return [await PlanAsync(repository, branch, draft, cancellation)];
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.NotFound or EstateErrorKind.Rejected })
        {
            return [new TargetPlan { Draft = draft, Refusal = refusal, Locks = [] }];
        }
    }

    public Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<TargetPlan>>([.. targets.Select(target => Planned(
            (RevertCommits)target.Planned.Steps[0], PushVerdict.Resumed(target.Draft, request.Repository, ((RevertCommits)target.Planned.Steps[0]).Branch), null))]);

    private async Task<TargetPlan> PlanAsync(IGitRepository repository, GitBranch branch, GitChange draft, CancellationToken cancellation)
    {
        var named = request.Commits.Any(IsPlace) ? string.Join(", ", request.Commits) : null;
        RevertHistory history = new(repository, branch);
        if (named is not null && await RepeatedAsync(repository, branch, history, named, cancellation) is { } again) return Settled(draft, again, null);
        List<GitCommit> commits = [], taken = [];
        List<string> warnings = [];
        foreach (var revision in request.Commits)
        {
            var commit = await repository.FindCommitAsync(branch, revision, cancellation);
            if (commits.Concat(taken).Any(other => other.Id == commit.Id)) continue;
            if (await history.FindAsync(commit, cancellation) is { } revert)
            {
                taken.Add(commit);
                warnings.Add($"{Name(commit)} was reverted already, by {Name(revert)} of {revert.Committer.At.UtcDateTime:u}.");
            }
            else if (await history.TakesOutAsync(commit, cancellation))
            {
                if (IsPlace(revision))
                    return Settled(draft, $"{revision} of {branch.Name} is a revert or rollback itself: {Name(commit)}",
                        $"To bring back what it took out, name it: Undo-GitCommit {commit.ShortId}");
                warnings.Add($"{Name(commit)} is a revert or rollback itself: without it, what it took out is back.");
                commits.Add(Checked(commit));
            }
            else
            {
                commits.Add(Checked(commit));
            }
        }

        if (commits.Count == 0)
        {
            var back = await repository.RevertAsync(new RevertRequest(branch.Tip, taken, request.Mainline), cancellation);
            return Settled(
                draft with { To = Without(taken), Warnings = back is { Changed: true, Conflicts.Count: 0 } ? ["A later commit brought lines of it back, and that one is left alone."] : [] },
                string.Join(' ', warnings).TrimEnd('.'),
                back is { Changed: true, Conflicts.Count: 0 } ? "git log -p tells which commit brought them back; revert that one." : null);
        }

        draft = draft with { Warnings = warnings };
        draft = draft with { To = Without(commits) };

        var reverted = await repository.RevertAsync(new RevertRequest(branch.Tip, commits, request.Mainline), cancellation);
        RevertCommits step = new()
        {
            Repository = request.Repository,
            Remote = draft.Namespace,
            Branch = branch.Name,
            PullRequestBranch = request.PullRequestBranch,
            ProposalBranch = $"rollback/revert-{commits[0].ShortId}",
            Commits = [.. commits.Select(commit => commit.Id)],
            Mainline = request.Mainline,
            Named = named,
            Reason = request.Reason,
        };
        if (reverted.Conflicts.Count > 0) throw step.Conflict(repository.Url, reverted.Conflicts);
        if (!reverted.Changed)
        {
            return Settled(draft, $"{branch.Name} has nothing left of {string.Join(", ", commits.Select(commit => commit.ShortId))}: it was reverted already", null);
        }

        step = await TaggedAsync(repository, step with { Planned = step.Draft(branch.Tip, reverted, commits) }, cancellation);
        return Planned(step, draft with { Steps = [step.Description, .. commits.Select(Describe)] }, repository.WorkingCopy);
    }

    private static TargetPlan Settled(GitChange draft, string message, string? next) => new()
    {
        Draft = draft with { Steps = [$"nothing to change: {message}"] },
        Settled = Verdict.Good(message) with { NextStep = next },
        Locks = [],
    };

    // The record is in Git, so that it holds on another machine, too.
    private async Task<string?> RepeatedAsync(IGitRepository repository, GitBranch branch, RevertHistory history, string named, CancellationToken cancellation)
    {
        var log = await repository.ReadLogAsync(branch, [], LookBack, cancellation);
        var same = log.Commits.FirstOrDefault(commit => commit.Body.Split('\n').Contains(RevertCommits.NamedMark + named) && time.GetUtcNow() - commit.Committer.At < Repetition);
        if (same is null || await history.FindAsync(same, cancellation) is not null) return null;
        var newer = log.Commits.TakeWhile(commit => commit.Id != same.Id).ToList();
        return $"what was {named} of {branch.Name} was reverted already, by {Name(same)} of {same.Committer.At.UtcDateTime:u}"
            + (newer.Count == 0 ? "" : $"; {Name(newer[0])}{(newer.Count == 1 ? " came" : $" and {newer.Count - 1} more came")} since. To revert one of those, name it: Undo-GitCommit {newer[0].ShortId}");
    }

    private static bool IsPlace(string revision) => revision.StartsWith('~');

    private static string Name(GitCommit commit) => $"{commit.ShortId} \"{Shorten(commit.Subject)}\"";

    private static string Without(IReadOnlyList<GitCommit> commits) => string.Join(", ", commits.Select(commit => $"without {Name(commit)}"));

    private GitCommit Checked(GitCommit commit)
    {
        var (wrong, next) = (commit.Parents.Count, request.Mainline) switch
        {
            (0, _) => ("is the first commit, so there is nothing to go back to", (string?)null),
            (> 1, null) => ("is a merge, and nothing says which side of it to go back to", "Add -Mainline 1 to go back to the branch it was merged into."),
            (1, > 1) => ("is no merge, so it has no other parent to go back to", "Leave -Mainline out."),
            var (parents, mainline) when mainline > parents => ($"has only {parents} parents", "Add -Mainline 1 to go back to the branch it was merged into."),
            _ => (null, null),
        };
        return wrong is null ? commit : throw new RollbackException("CommitNotRevertible", $"{commit.ShortId} \"{Shorten(commit.Subject)}\" {wrong}.") { Target = commit.Id, NextStep = next };
    }

    private async Task<RevertCommits> TaggedAsync(IGitRepository repository, RevertCommits step, CancellationToken cancellation)
    {
        var tags = request.PatchTagOf is { } pattern ? await repository.ListTagsAsync(pattern, cancellation) : [];
        return request switch
        {
            { Tag: { } chosen } => step with { Tag = chosen, AnnotateTag = tags is [{ Annotated: true }, ..] },
            { PatchTagOf: { } of } => PatchTag.After(tags) is { } next
                ? step with { Tag = next.Name, AnnotateTag = next.Annotated }
                : throw new RollbackException("NoVersionTag", $"{repository.Url} has no tag like {of} that ends in a version x.y.z, so there is no next one.")
                {
                    Target = of,
                    NextStep = "Name the tag with -Tag.",
                },
            _ => step,
        };
    }

    private static TargetPlan Planned(RevertCommits step, RollbackResult draft, string? workingCopy) => new()
    {
        Draft = draft,
        Steps = [step],
        Action = "Revert in Git",
        Locks = [],
        Success = RollbackOutcome.RolledBack,
        Verify = (_, _) => Task.FromResult(PushVerdict.Of(step, workingCopy)),
    };

    private static string Describe(GitCommit commit) => $"revert {commit.ShortId} \"{Shorten(commit.Subject)}\" by {commit.Author.Name}, {commit.Committer.At.UtcDateTime:u}";

    private static string Shorten(string subject) => subject.Length <= 60 ? subject : subject[..60] + "…";
}
