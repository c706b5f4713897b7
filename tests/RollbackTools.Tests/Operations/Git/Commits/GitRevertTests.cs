using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Git.Commits;

public sealed class GitRevertTests : IDisposable
{
    private readonly GitSession _session = new();

    public GitRevertTests() => _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v1", StringComparison.Ordinal), "good");

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task A_commit_is_reverted_as_git_would_say_it()
    {
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        _session.Host.Commit("later", "x");

        var result = await _session.RunAsync(_session.Revert(bad[..9]));

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
        Assert.StartsWith($"Revert \"promote v2\"\n\nThis reverts commit {bad}.\n\nReason: INC-1\nBy: ", _session.Host.Git(_session.Host.Bare, "log", "-1", "--format=%B", "main"));
    }

    [Fact]
    public async Task Reverted_already_by_whomever_it_is_there_already()
    {
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        _session.Host.Git(_session.Host.Copy, "revert", "--no-edit", bad);
        _session.Host.Commit("later", "x");
        var before = _session.Host.Tip();

        var result = await _session.RunAsync(_session.Revert(bad));

        Assert.Equal(RollbackOutcome.AlreadyThere, result.Outcome);
        Assert.Equal(before, _session.Host.Tip());
    }

    [Theory]
    [InlineData("~0", false)]
    [InlineData("~0", true)]
    [InlineData("id", false)]
    [InlineData("id", true)]
    public async Task Typed_again_it_is_there_already_also_elsewhere_and_with_other_commits_since(string name, bool others)
    {
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        _session.Host.Git(_session.Host.Bare, "tag", "v1.0.0", "main~1");
        if (name == "id") name = bad;
        var request = _session.Revert(name) with { PatchTagOf = "v*" };
        Assert.Equal(RollbackOutcome.RolledBack, (await _session.RunAsync(request)).Outcome);
        if (others)
        {
            // The same lines were changed since, by somebody who knows nothing of it.
            _session.Host.Git(_session.Host.Copy, "pull", "--quiet", "--rebase", "origin", "main");
            _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v3", StringComparison.Ordinal), "promote v3");
        }

        // Another machine has neither this one's records nor its copy of the repository.
        using GitSession elsewhere = new();
        var before = _session.Host.Tip();
        foreach (var session in (GitSession[])[_session, elsewhere])
        {
            var again = await session.RunAsync(request);

            Assert.Equal((RollbackOutcome.AlreadyThere, null), (again.Outcome, again.ErrorId));
            if (others && name == "~0") Assert.Contains("promote v3", again.Message);
        }

        Assert.Equal(before, _session.Host.Tip());
        Assert.Equal("v1.0.0\nv1.0.1", _session.Host.Git(_session.Host.Bare, "tag"));
    }

    [Theory]
    [InlineData("Revert \"promote v2\"\n\nThis reverts commit {0}.")]
    [InlineData("Revert \"promote v2\" (#12)\n\nReverts team/devops#11")]
    public async Task The_newest_commit_is_not_reverted_when_it_is_a_revert_of_somebody_else(string message)
    {
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        var revert = _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v1", StringComparison.Ordinal), string.Format(System.Globalization.CultureInfo.InvariantCulture, message, bad));

        var result = await _session.RunAsync(_session.Revert("~0"));
        var named = await _session.RunAsync(_session.Revert(revert));

        Assert.Equal(RollbackOutcome.AlreadyThere, result.Outcome);
        Assert.Contains($"Undo-GitCommit {revert[..10]}", result.NextStep);
        Assert.Equal(RollbackOutcome.RolledBack, named.Outcome);
        Assert.Contains(named.Warnings, warning => warning.Contains("is a revert or rollback itself", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_newest_commit_is_not_reverted_when_it_is_a_rollback_and_is_when_it_brings_the_bad_one_back()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        await _session.RunAsync(_session.Pin());

        var tip = _session.Host.Tip();
        Assert.Equal(RollbackOutcome.AlreadyThere, (await _session.RunAsync(_session.Revert("~0"))).Outcome);
        Assert.Equal(tip, _session.Host.Tip());

        _session.Host.Git(_session.Host.Copy, "pull", "--quiet", "--rebase", "origin", "main");
        _session.Host.Git(_session.Host.Copy, "revert", "--no-edit", "HEAD");
        _session.Host.Git(_session.Host.Copy, "push", "--quiet", "origin", "HEAD:main");
        Assert.Equal(RollbackOutcome.RolledBack, (await _session.RunAsync(_session.Revert("~0"))).Outcome);
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
    }

    [Fact]
    public async Task A_commit_that_was_brought_back_is_reverted_again_and_a_later_one_like_it_is_left_alone()
    {
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        _session.Host.Git(_session.Host.Copy, "revert", "--no-edit", bad);
        _session.Host.Git(_session.Host.Copy, "revert", "--no-edit", "HEAD");
        _session.Host.Commit("later", "x");
        Assert.Equal(RollbackOutcome.RolledBack, (await _session.RunAsync(_session.Revert(bad))).Outcome);

        _session.Host.Git(_session.Host.Copy, "pull", "--quiet", "--rebase", "origin", "main");
        var fixedNow = _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2, built anew");
        var result = await _session.RunAsync(_session.Revert(bad));

        Assert.Equal(RollbackOutcome.AlreadyThere, result.Outcome);
        Assert.Contains(result.Warnings, warning => warning.Contains("A later commit brought", StringComparison.Ordinal));
        Assert.Equal(fixedNow, _session.Host.Tip());
    }

    [Fact]
    public async Task Of_several_those_that_are_out_already_stay_out_and_the_rest_goes()
    {
        var two = _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");
        var config = _session.Host.Commit("config", "bad", "config");
        await _session.RunAsync(_session.Revert(two));

        var result = await _session.RunAsync(_session.Revert(config, two));

        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Contains(result.Warnings, warning => warning.Contains("was reverted already, by", StringComparison.Ordinal));
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
        Assert.Equal("", _session.Host.Git(_session.Host.Bare, "ls-tree", "main", "config"));
    }

    [Fact]
    public async Task Several_go_by_one_commit_and_undo_brings_them_back()
    {
        var two = _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");
        var three = _session.Host.Commit("config", "bad", "config");

        var result = await _session.RunAsync(_session.Revert(three, two));

        Assert.Equal("4", _session.Host.Git(_session.Host.Bare, "rev-list", "--count", "main"));
        Assert.Equal(_session.Host.Git(_session.Host.Copy, "rev-parse", "HEAD~2^{tree}"), _session.Host.Git(_session.Host.Bare, "rev-parse", "main^{tree}"));
        Assert.Equal(RollbackOutcome.Undone, (await _session.UndoAsync(result.RunId)).Outcome);
        Assert.Equal("bad\n", _session.Host.Show("config"));
    }

    [Fact]
    public async Task A_conflict_names_the_paths_and_changes_nothing()
    {
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");
        _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v3", StringComparison.Ordinal), "v3");
        var before = _session.Host.Tip();

        var result = await _session.RunAsync(_session.Revert(bad));

        Assert.Equal("RevertConflict", result.ErrorId);
        Assert.Contains(GitSession.File, result.Message);
        Assert.Equal(before, _session.Host.Tip());
    }

    [Fact]
    public async Task A_merge_asks_which_side_to_go_back_to()
    {
        _session.Host.Git(_session.Host.Copy, "checkout", "--quiet", "-b", "feature");
        _session.Host.Commit("feature", "f", "feature", "feature");
        _session.Host.Git(_session.Host.Copy, "checkout", "--quiet", "main");
        _session.Host.Git(_session.Host.Copy, "merge", "--quiet", "--no-ff", "--no-edit", "feature");
        _session.Host.Git(_session.Host.Copy, "push", "--quiet", "origin", "main");

        var asked = await _session.RunAsync(_session.Revert("~0"));
        var told = await _session.RunAsync(_session.Revert("~0") with { Mainline = 1 });

        Assert.Equal("CommitNotRevertible", asked.ErrorId);
        Assert.Contains("-Mainline 1", asked.NextStep);
        Assert.Equal(RollbackOutcome.RolledBack, told.Outcome);
        Assert.Contains("reversing changes made to", _session.Host.Git(_session.Host.Bare, "log", "-1", "--format=%B", "main"));
        Assert.Equal("", _session.Host.Git(_session.Host.Bare, "ls-tree", "main", "feature"));
    }

    [Fact]
    public async Task The_next_patch_version_is_pushed_with_it()
    {
        _session.Host.Git(_session.Host.Copy, "tag", "-a", "-m", "nine", "v1.4.9");
        _session.Host.Git(_session.Host.Copy, "tag", "v1.5.0-rc.1");
        _session.Host.Git(_session.Host.Copy, "push", "--quiet", "--tags", "origin");
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");

        var result = await _session.RunAsync(_session.Revert(bad) with { PatchTagOf = "v*" });

        Assert.Equal("v1.4.10", result.Tag);
        Assert.Equal(result.Commit, _session.Host.Git(_session.Host.Bare, "rev-parse", "v1.4.10^{commit}"));
        Assert.Equal("tag", _session.Host.Git(_session.Host.Bare, "cat-file", "-t", "v1.4.10"));
    }

    [Fact]
    public async Task A_tag_that_exists_stops_it_before_the_push()
    {
        _session.Host.Git(_session.Host.Copy, "tag", "v1.0.0");
        _session.Host.Git(_session.Host.Copy, "push", "--quiet", "--tags", "origin");
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");

        Assert.Equal("TagExists", (await _session.RunAsync(_session.Revert(bad) with { Tag = "v1.0.0" })).ErrorId);
        Assert.Equal(bad, _session.Host.Tip());
        Assert.Equal("NoVersionTag", (await _session.RunAsync(_session.Revert(bad) with { PatchTagOf = "x*" })).ErrorId);
    }

    [Fact]
    public async Task On_a_protected_branch_the_revert_is_proposed_and_not_tagged()
    {
        _session.Host.Protect();
        _session.Host.Git(_session.Host.Bare, "tag", "v1.0.0", "main");
        var bad = _session.Host.Git(_session.Host.Bare, "rev-parse", "main");
        File.Delete(Path.Combine(_session.Host.Bare, "hooks", "update"));
        bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");
        _session.Host.Protect();

        var result = await _session.RunAsync(_session.Revert(bad) with { PatchTagOf = "v*" });

        Assert.Equal((RollbackOutcome.Proposed, $"rollback/revert-{bad[..10]}"), (result.Outcome, result.PullRequestBranch));
        Assert.Contains(result.Warnings, warning => warning.Contains("tag v1.0.1 was not made", StringComparison.Ordinal));
        Assert.Equal("v1.0.0", _session.Host.Git(_session.Host.Bare, "tag"));
        Assert.Equal(bad, _session.Host.Tip());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_the_push_it_is_resumed_once(bool pushed)
    {
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "v2");
        _session.AtPush = done => done == pushed ? throw new InvalidOperationException("killed") : Task.CompletedTask;
        await Assert.ThrowsAsync<InvalidOperationException>(() => _session.RunAsync(_session.Revert(bad)));
        _session.AtPush = _ => Task.CompletedTask;

        var resumed = await _session.ResumeAsync(Assert.Single(_session.Runs.List()).RunId);

        Assert.Equal(RollbackOutcome.RolledBack, resumed.Outcome);
        Assert.Equal("3", _session.Host.Git(_session.Host.Bare, "rev-list", "--count", "main"));
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
    }

    [Fact]
    public void Its_result_begins_with_the_columns_of_every_result() => Assert.Equal(
        ["Estate", "Namespace", "Kind", "Name", "From", "To", "Outcome", "StartedAt", "Duration", "RunId"],
        typeof(GitChange).GetProperties().Select(property => property.Name).Take(10));

    [Fact]
    public void The_next_patch_version_counts_whatever_stands_before_it()
    {
        Assert.Equal(("release/v2.0.10", false), PatchTag.After([Tag("release/v2.1.0-rc1"), Tag("release/v2.0.9")])!.Value);
        Assert.Null(PatchTag.After([Tag("latest")]));

        static GitTag Tag(string name) => new(name, "c", "c");
    }

    [Fact]
    public async Task Releases_say_which_one_the_overlay_shows_and_which_came_before()
    {
        var host = _session.Host;
        foreach (var (tag, text) in (((string, string)[])[("1.0", "a"), ("1.1", "b"), ("1.2", "b"), ("1.3", "c")]))
        {
            host.Commit([(GitSession.File, text), ("x", tag)], $"release {tag}");
            host.Git(host.Copy, "tag", $"release/v{tag}");
        }

        host.Git(host.Copy, "push", "--quiet", "--tags", "origin");
        host.Commit(GitSession.File, "b", "back");
        await using var estate = _session.Open(new() { EstateName = "prod" }, _ => { });

        var tags = await new ReleaseTags(estate).ReadAsync(host.Url, null, "release/v*", GitSession.Overlay, 10, ReleaseExperience.None, CancellationToken.None);

        Assert.Equal(["release/v1.3", "release/v1.2", "release/v1.1", "release/v1.0"], tags.Select(tag => tag.Name));
        Assert.Equal("release/v1.2", Assert.Single(tags, tag => tag.Current).Name);
        Assert.Equal("release/v1.0", Assert.Single(tags, tag => tag.Previous).Name);
        Assert.Equal("release 1.3", tags[0].Subject);
        // However few are shown, the others count.
        Assert.False(Assert.Single(await new ReleaseTags(estate).ReadAsync(host.Url, null, "release/v*", GitSession.Overlay, 1, ReleaseExperience.None, CancellationToken.None)).Previous);
    }
}
