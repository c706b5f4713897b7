using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Tests.Integrations.Git.Support;

namespace RollbackTools.Tests.Integrations.Git;

public sealed class RevertTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly GitHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_reverts_tree_is_the_one_git_revert_makes()
    {
        _host.Commit([("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), ("b", "b")]);
        var bad = _host.Commit([("a", "1\nbad\n3\n4\n5\n6\n7\n8\n9\n"), ("new", "n")], "bad");
        _host.Commit("a", "1\nbad\n3\n4\n5\n6\n7\n8\nnine\n", "later");

        var (repository, branch, result) = await RevertAsync(bad);

        _host.Git(_host.Copy, "revert", "--no-edit", bad);
        Assert.Equal(_host.Git(_host.Copy, "rev-parse", "HEAD^{tree}"), result.Tree);
        Assert.True(result.Changed);
        var commit = await repository.WriteCommitAsync(new CommitDraft { Parent = branch.Tip, Tree = result.Tree, Message = "Revert" }, Never);
        Assert.Equal(PushResult.Pushed, (await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never)).Result);
        Assert.Equal("1\n2\n3\n4\n5\n6\n7\n8\nnine\n", _host.Show("a"));
        _host.Git(_host.Bare, "fsck", "--strict");
    }

    [Fact]
    public async Task Several_are_reverted_one_after_the_other()
    {
        _host.Commit("a", "1");
        var second = _host.Commit("a", "2");
        var third = _host.Commit("a", "3");

        var (_, _, result) = await RevertAsync(third, second);

        Assert.Equal(_host.Git(_host.Copy, "rev-parse", "HEAD~2^{tree}"), result.Tree);
    }

    [Fact]
    public async Task What_was_reverted_before_leaves_nothing_to_change()
    {
        _host.Commit("a", "1");
        var bad = _host.Commit("a", "2");
        _host.Commit("a", "1");
        _host.Commit("b", "later");

        Assert.False((await RevertAsync(bad)).Result.Changed);
    }

    [Fact]
    public async Task A_conflict_names_the_paths()
    {
        _host.Commit([("dir/a", "1"), ("b", "1")]);
        var bad = _host.Commit([("dir/a", "2"), ("b", "2")]);
        _host.Commit("dir/a", "3");

        var (_, _, result) = await RevertAsync(bad);

        Assert.Null(result.Tree);
        Assert.Equal(["dir/a"], result.Conflicts);
    }

    [Fact]
    public async Task A_merge_is_reverted_against_the_parent_named()
    {
        _host.Commit("a", "1");
        _host.Git(_host.Copy, "checkout", "--quiet", "-b", "feature");
        _host.Commit("feature", "f", "feature", "feature");
        _host.Git(_host.Copy, "checkout", "--quiet", "main");
        _host.Commit("b", "b");
        _host.Git(_host.Copy, "merge", "--quiet", "--no-ff", "--no-edit", "feature");
        _host.Git(_host.Copy, "push", "--quiet", "origin", "main");

        var (_, _, result) = await RevertAsync([_host.Tip()], mainline: 1);

        Assert.Equal(_host.Git(_host.Copy, "rev-parse", "HEAD^1^{tree}"), result.Tree);
    }

    [Fact]
    public async Task The_first_commit_has_nothing_to_go_back_to()
    {
        var first = _host.Commit("a", "1");

        var error = await Assert.ThrowsAsync<EstateException>(() => RevertAsync(first));

        Assert.Equal(EstateErrorKind.Rejected, error.Kind);
    }

    private Task<(IGitRepository Repository, GitBranch Branch, RevertedTree Result)> RevertAsync(params string[] commits) => RevertAsync(commits, null);

    private async Task<(IGitRepository Repository, GitBranch Branch, RevertedTree Result)> RevertAsync(string[] commits, int? mainline)
    {
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        List<GitCommit> found = [];
        foreach (var commit in commits) found.Add(await repository.FindCommitAsync(branch, commit, Never));
        return (repository, branch, await repository.RevertAsync(new RevertRequest(branch.Tip, found, mainline), Never));
    }
}
