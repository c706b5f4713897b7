using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>
/// Makes one commit on top of a branch and pushes it, only onto the tip it was made for. Who pushed first wins: then the commit
/// is made anew on theirs. A branch that is protected is left for a pull request. Nothing is ever forced, so what takes it
/// back is another commit.
/// </summary>
public abstract record PushCommit : Step
{
    private const int Attempts = 8;

    /// <summary>A URL, or a working copy's path. Without a password.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The remote as people name it: <c>team/devops</c>.</summary>
    public string Remote { get; init; } = "";

    public string Branch { get; init; } = "";

    /// <summary>Push there instead, for a pull request. Null: only if the branch itself is refused, and then under <see cref="ProposalBranch"/>.</summary>
    public string? PullRequestBranch { get; init; }

    /// <summary>The name of the branch when one becomes necessary.</summary>
    public string ProposalBranch { get; init; } = "";

    /// <summary>Why, in the operator's words; part of the commit's message.</summary>
    public string? Reason { get; init; }

    /// <summary>The commit, once it is made: the record has it before it is pushed.</summary>
    public string? Commit { get; protected set; }

    /// <summary>The commit to make on the tip that was planned on, when this process planned it; else both are read.</summary>
    internal CommitDraft? Planned { get; init; }

    /// <summary>What was pushed where.</summary>
    [JsonIgnore]
    public Pushed? Result { get; private set; }

    [JsonIgnore]
    public override bool MayBeLeft => true;

    public override Step? Invert() => Commit is null ? null : new RevertCommits
    {
        Repository = Repository,
        Remote = Remote,
        Branch = Branch,
        Commits = [Commit],
        AlsoLookOn = [.. new[] { PullRequestBranch, ProposalBranch }.OfType<string>().Where(name => name.Length > 0)],
        ProposalBranch = $"undo-{ProposalBranch}",
        Reason = Reason is null ? null : $"Undo: {Reason}",
    };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var repository = await context.Estate.Git.OpenAsync(Repository, cancellation);
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            // A tip that moved since costs one refused push; one that did not, nothing.
            var draft = attempt == 1 ? Planned : null;
            var tip = draft is null ? await repository.ReadBranchAsync(Branch, cancellation) : new GitBranch(Branch, draft.Parent);
            draft ??= await ComposeAsync(context, repository, tip, cancellation);
            if (draft is null) return new StepOutcome(intended, $"{Branch} has it already, at {GitCommit.Short(tip.Tip)}");
            if (PullRequestBranch is { } named) return await ProposeAsync(context, repository, draft, named, null, intend, cancellation);

            Commit = await repository.WriteCommitAsync(draft, cancellation);
            await intend();
            intended = true;
            var outcome = await repository.PushAsync([RefUpdate.Branch(Branch, tip.Tip, Commit), .. await TagsAsync(repository, Commit, cancellation)], cancellation);
            switch (outcome.Result)
            {
                case PushResult.Pushed:
                    Result = new Pushed(Commit, Branch, IsProposal: false, outcome.Messages);
                    return new StepOutcome(true, $"pushed {GitCommit.Short(Commit)} to {Branch}");
                case PushResult.Rejected:
                    return await ProposeAsync(
                        context, repository, draft, ProposalBranch, $"{Branch} was refused: {outcome.Reason}.{HostWords.After(outcome.Messages)}", intend, cancellation);
                case PushResult.Overtaken when attempt < Attempts:
                    context.Reporter.Verbose($"Somebody pushed to {Branch} first ({outcome.Reason}); planning again on theirs.");
                    break;
                default:
                    throw new RollbackException("PushOvertaken",
                        $"{Branch} of {repository.Url} moved {Attempts} times while this was being pushed ({outcome.Reason}). Nothing was overwritten.{HostWords.After(outcome.Messages)}")
                    {
                        Target = Branch,
                        NextStep = "Run the same command again.",
                    };
            }
        }
    }

    /// <summary>Whether the branch has what the commit would bring.</summary>
    internal virtual async Task<bool> IsOnAsync(StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation) =>
        await ComposeAsync(context, repository, tip, cancellation) is null;

    /// <summary>The commit to make on top of a tip; null when the branch has what it would bring. Throws rather than undo what others did.</summary>
    private protected abstract Task<CommitDraft?> ComposeAsync(
        StepContext context, IGitRepository repository, GitBranch tip, CancellationToken cancellation);

    private protected virtual Task<IReadOnlyList<RefUpdate>> TagsAsync(IGitRepository repository, string commit, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<RefUpdate>>([]);

    private async Task<StepOutcome> ProposeAsync(
        StepContext context, IGitRepository repository, CommitDraft draft, string name, string? refused, Func<Task> intend, CancellationToken cancellation)
    {
        // A run that was cut off may have been here before.
        if (await FindAsync(repository, name, cancellation) is { } existing)
        {
            if (await ComposeAsync(context, repository, existing, cancellation) is not null)
            {
                throw new RollbackException("BranchExists", $"{repository.Url} has a branch '{name}' with something else on it.{After(refused)}")
                {
                    Target = name,
                    NextStep = "Name another with -PullRequestBranch.",
                };
            }

            Result = new Pushed(existing.Tip, name, IsProposal: true, []) { Refused = refused };
            return StepOutcome.AlreadyTrue($"{name} has it already, at {GitCommit.Short(existing.Tip)}") with { WaitsForSomebody = true };
        }

        Commit = await repository.WriteCommitAsync(draft, cancellation);
        await intend();
        var outcome = await repository.PushAsync([RefUpdate.Branch(name, null, Commit)], cancellation);
        if (outcome.Result != PushResult.Pushed)
        {
            throw new RollbackException("PushRejected", $"{repository.Url} refused {name}: {outcome.Reason}.{HostWords.After(outcome.Messages)}{After(refused)}")
            {
                Target = name,
                NextStep = "What the host said tells which rule it is; another branch name (-PullRequestBranch) may be allowed.",
            };
        }

        Result = new Pushed(Commit, name, IsProposal: true, outcome.Messages) { Refused = refused };
        return new StepOutcome(true, $"pushed {GitCommit.Short(Commit)} to {name}; {Branch} is unchanged") { WaitsForSomebody = true };
    }

    private static async Task<GitBranch?> FindAsync(IGitRepository repository, string name, CancellationToken cancellation)
    {
        try
        {
            return await repository.ReadBranchAsync(name, cancellation);
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
        {
            return null;
        }
    }

    private static string After(string? refused) => refused is null ? "" : $" Before that, {refused}";
}

/// <summary>A commit that arrived: on its branch, or as a proposal on one of its own. With what the host printed.</summary>
public sealed record Pushed(string Commit, string Branch, bool IsProposal, IReadOnlyList<string> Messages)
{
    /// <summary>Why the branch it was for did not take it, in the host's own words.</summary>
    public string? Refused { get; init; }
}
