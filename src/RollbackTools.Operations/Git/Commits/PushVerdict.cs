using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>
/// What a push came to. The host's acknowledgement of a conditional push is the proof: the branch is what was asked for at
/// that moment.
/// </summary>
internal static partial class PushVerdict
{
    public static Verdict Of(PushCommit step, string? workingCopy)
    {
        if (step.Result is not { } pushed) return Verdict.Good($"{step.Branch} has it already");
        var commit = GitCommit.Short(pushed.Commit);
        if (!pushed.IsProposal)
        {
            return Verdict.Good($"pushed {commit} to {pushed.Branch}") with
            {
                NextStep = workingCopy is null ? null : $"git -C {workingCopy} pull",
                Complete = result => result is GitChange change ? change with { Commit = pushed.Commit, Tag = (step as RevertCommits)?.Tag } : result,
            };
        }

        var url = pushed.Messages.Select(line => Address().Match(line)).FirstOrDefault(match => match.Success)?.Value;
        var message = $"pushed {commit} to {pushed.Branch}: {step.Branch} changes once it is merged";
        var tag = (step as RevertCommits)?.Tag;
        return Verdict.Good(message, [.. pushed.Refused is { } refused ? (string[])[refused] : [], .. tag is null ? (string[])[] : [$"The tag {tag} was not made: it belongs on {step.Branch}."]]) with
        {
            Evidence = [.. pushed.Refused is { } why ? (string[])[why] : [], .. pushed.Messages],
            NextStep = url is null ? $"Open a pull request from {pushed.Branch} to {step.Branch}, for example: gh pr create --base {step.Branch} --head {pushed.Branch}" : $"Open the pull request: {url}",
            Complete = result => (result is GitChange change ? change with { Commit = pushed.Commit, PullRequestBranch = pushed.Branch, PullRequestUrl = url } : result)
                with { Outcome = RollbackOutcome.Proposed },
        };
    }

    /// <summary>The draft of a run that is taken up again, with what the record says of it.</summary>
    public static GitChange Resumed(RollbackResult draft, string repository, string branch) => new()
    {
        Estate = draft.Estate,
        Namespace = draft.Namespace,
        Kind = draft.Kind,
        Name = draft.Name,
        From = draft.From,
        To = draft.To,
        RunId = draft.RunId,
        Steps = draft.Steps,
        Repository = repository,
        Branch = branch,
    };

    // GitHub, GitLab, Bitbucket and Gitea print where to go after a push to a new branch.
    [GeneratedRegex(@"https?://\S+/(pull|compare|merge_requests|pull-requests)\S*", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
