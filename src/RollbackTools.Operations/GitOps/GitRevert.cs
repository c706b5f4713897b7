using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.GitOps;

/// <summary>Reverts commits on a branch of a repository.</summary>
internal sealed class GitRevert(GitRevertRequest request, IEstate estate) : IOperation
{
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
        List<GitCommit> commits = [];
        foreach (var revision in request.Commits) commits.Add(Checked(await repository.FindCommitAsync(branch, revision, cancellation)));
        commits = [.. commits.DistinctBy(commit => commit.Id)];
        draft = draft with { To = string.Join(", ", commits.Select(commit => $"without {commit.ShortId} \"{Shorten(commit.Subject)}\"")) };

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
            Reason = request.Reason,
        };
        if (reverted.Conflicts.Count > 0) throw step.Conflict(repository.Url, reverted.Conflicts);
        if (!reverted.Changed)
        {
            var message = $"{branch.Name} has nothing left of {string.Join(", ", commits.Select(commit => commit.ShortId))}: it was reverted already";
            return new TargetPlan { Draft = draft with { Steps = [$"nothing to change: {message}"] }, Settled = Verdict.Good(message), Locks = [] };
        }

        step = await TaggedAsync(repository, step with { Planned = step.Draft(branch.Tip, reverted, commits) }, cancellation);
        return Planned(step, draft with { Steps = [step.Description, .. commits.Select(Describe)] }, repository.WorkingCopy);
    }

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
