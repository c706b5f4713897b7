using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// Reverts without a working copy: a three-way merge of trees, from the bad commit's to its parent's. git merge-tree wants
/// commits with a common ancestor, so it is given three that say exactly this and that nobody ever sees.
/// </summary>
internal sealed class Reverter(GitProgram git, CommitWriter commits)
{
    public async Task<RevertedTree> RevertAsync(RevertRequest request, CancellationToken cancellation)
    {
        var before = await TreeOfAsync(request.Onto, cancellation).ConfigureAwait(false);
        var tree = before;
        foreach (var commit in request.Commits)
        {
            var bad = await TreeOfAsync(commit.Id, cancellation).ConfigureAwait(false);
            var good = await TreeOfAsync(Parent(commit, request.Mainline), cancellation).ConfigureAwait(false);
            var (merged, conflicts) = await MergeAsync(bad, tree, good, cancellation).ConfigureAwait(false);
            if (conflicts.Count > 0) return new RevertedTree(null, Changed: true, conflicts);
            tree = merged;
        }

        return new RevertedTree(tree, tree != before, []);
    }

    private static string Parent(GitCommit commit, int? mainline) => commit.Parents.ElementAtOrDefault((mainline ?? 1) - 1)
        ?? throw new EstateException(EstateErrorKind.Rejected, $"{commit.ShortId} has no parent {mainline ?? 1} to go back to.");

    private async Task<(string Tree, IReadOnlyList<string> Conflicts)> MergeAsync(
        string ancestor, string ours, string theirs, CancellationToken cancellation)
    {
        var root = await StandInAsync(ancestor, [], cancellation).ConfigureAwait(false);
        var left = await StandInAsync(ours, [root], cancellation).ConfigureAwait(false);
        var right = await StandInAsync(theirs, [root], cancellation).ConfigureAwait(false);
        GitCall call = new("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", left, right)
        {
            Answers = [1, 129],
            Timeout = GitCall.Network,
        };
        var answer = await git.RunAsync(call, cancellation).ConfigureAwait(false);
        if (answer.ExitCode == 129) throw Configuration.Error("This git is too old to revert without a working copy.", "Install Git 2.38 or newer.");
        var fields = answer.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return answer.ExitCode == 1 ? ("", [.. fields.Skip(1).Distinct().Select(GitText.Printable)]) : (GitNames.Id(fields[0].Trim()), []);
    }

    private Task<string> StandInAsync(string tree, string[] parents, CancellationToken cancellation) =>
        commits.WriteCommitAsync(tree, parents, "stand-in", signed: false, cancellation);

    private async Task<string> TreeOfAsync(string commit, CancellationToken cancellation) =>
        (await git.RunAsync(new GitCall("rev-parse", "--verify", "--quiet", $"{GitNames.Id(commit)}^{{tree}}"), cancellation).ConfigureAwait(false)).Line;
}
