using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Operations.Git.Commits;

/// <summary>
/// What a branch's messages tell of reverts. Git, and the hosts' buttons that use it, write <c>This reverts commit ID</c> into a revert's message;
/// whether its lines are still there is another question.
/// </summary>
internal sealed partial class RevertHistory(IGitRepository repository, GitBranch branch)
{
    private const string Mark = "This reverts commit";
    private const int Deepest = 20;

    /// <summary>The revert that took a commit out and was not reverted itself; null when there is none.</summary>
    public async Task<GitCommit?> FindAsync(GitCommit commit, CancellationToken cancellation)
    {
        List<string> undone = [];
        foreach (var revert in await repository.ReadAfterAsync(branch, commit.Id, Mark, cancellation))
        {
            if (undone.Exists(id => revert.Id.StartsWith(id, StringComparison.Ordinal))) continue;
            var reverted = Reverted(revert).ToList();
            if (reverted.Exists(id => commit.Id.StartsWith(id, StringComparison.Ordinal))) return revert;
            undone.AddRange(reverted);
        }

        return null;
    }

    /// <summary>Whether a commit is the way back from another one: a revert, or a rollback made here. The revert of a revert is none.</summary>
    public async Task<bool> TakesOutAsync(GitCommit commit, CancellationToken cancellation)
    {
        for (var depth = 0; depth < Deepest; depth++)
        {
            if (Reverted(commit).FirstOrDefault() is not { } id) return (depth + Subjects(commit.Subject)) % 2 == 1;
            try
            {
                commit = await repository.FindCommitAsync(branch, id, cancellation);
            }
            catch (EstateException gone) when (gone.Kind is EstateErrorKind.NotFound or EstateErrorKind.Configuration)
            {
                return depth % 2 == 0;
            }
        }

        return false;
    }

    private static IEnumerable<string> Reverted(GitCommit commit) => Reverts().Matches($"{commit.Subject}\n{commit.Body}").Select(match => match.Groups[1].Value);

    // `Revert "Revert "promote v2""`, and `rollback: prod api to 41`, which PinImage writes; newer Git writes `Reapply "promote v2"` for that. Hosts that squash keep the subject alone.
    private static int Subjects(string subject)
    {
        var depth = 0;
        for (; subject.StartsWith("Revert \"", StringComparison.Ordinal); depth++) subject = subject["Revert \"".Length..];
        return depth + (subject.StartsWith("Reapply \"", StringComparison.Ordinal) ? 2 : subject.StartsWith("rollback: ", StringComparison.Ordinal) ? 1 : 0);
    }

    [GeneratedRegex("This reverts commit ([0-9a-f]{7,64})", RegexOptions.CultureInvariant)]
    private static partial Regex Reverts();
}
