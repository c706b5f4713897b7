using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Git;

/// <summary>Repositories as people leave them: kustomizations in odd styles wherever the deciding entry stands, and branches that are rewritten.</summary>
public sealed class HostileGitTests : IDisposable
{
    private const string Component = "k8s/components/images/kustomization.yaml";
    private const string Over = "components: [../../components/images]\n";

    private readonly GitSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("kind: Component\r\nimages:\r\n- name: reg/orders   # theirs\r\n  newTag: 'v2'\r\n")]
    [InlineData("\uFEFFkind: Component\nimages:\n- name: reg/orders\n  # a comment between\n  newTag: v2 # and behind\n")]
    [InlineData("---\nkind: Component\nimages: [{name: reg/orders, newTag: v2}]\n...\n")]
    public async Task A_component_is_changed_in_nothing_but_the_value(string text)
    {
        _session.Host.Commit([(GitSession.File, Over), (Component, text)]);

        Assert.Equal(RollbackOutcome.Changed, (await _session.RunAsync(_session.Pin("v1", "reg/orders"))).Outcome);

        // By its id: what reads text takes a byte order mark away.
        Assert.Equal(_session.Host.Run(_session.Host.Bare, text.Replace("v2", "v1", StringComparison.Ordinal), "hash-object", "--stdin"), _session.Host.Git(_session.Host.Bare, "rev-parse", $"main:{Component}"));
        Assert.Equal(RollbackOutcome.AlreadyThere, (await _session.RunAsync(_session.Pin("v1", "reg/orders"))).Outcome);
    }

    [Theory]
    [InlineData("kind: Component\nimages:\n- &e\n  name: reg/orders\n  newTag: v2\nx: *e\n", "KustomizationNotEditable")]
    [InlineData("kind: Component\nx: &t v2\nimages:\n- name: reg/orders\n  newTag: *t\n", "ImageNotInKustomization")]
    [InlineData("kind: Component\nimages: []\n---\nimages: []\n", "ImageNotInKustomization")]
    public async Task A_component_that_cannot_be_read_or_edited_alone_is_named_and_nothing_is_pushed(string text, string errorId)
    {
        var before = _session.Host.Commit([(GitSession.File, Over), (Component, text)]);

        var result = await _session.RunAsync(_session.Pin("v1", "reg/orders"));
        var added = await _session.RunAsync(_session.Pin() with { Pin = new ImagePin { Name = "reg/orders", Tag = "v1", Add = true } });

        Assert.Equal(errorId, result.ErrorId);
        if (errorId == "KustomizationNotEditable") Assert.Equal(before, _session.Host.Tip());
        else Assert.Contains(added.Warnings, warning => warning.Contains("k8s/components/images", StringComparison.Ordinal) && warning.Contains("could not be looked at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_branch_that_is_rewritten_under_it_is_planned_on_anew()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned);
        var bad = _session.Host.Commit("config", "bad", "config");
        var rewritten = false;
        _session.AtPush = done =>
        {
            if (done || rewritten) return Task.CompletedTask;
            rewritten = true;
            _session.Host.Git(_session.Host.Copy, "commit", "--quiet", "--amend", "--allow-empty", "-m", "config, amended");
            _session.Host.Git(_session.Host.Copy, "push", "--quiet", "--force", "origin", "HEAD:main");
            return Task.CompletedTask;
        };

        Assert.Equal(RollbackOutcome.Changed, (await _session.RunAsync(_session.Pin())).Outcome);
        Assert.Equal("config, amended", _session.Host.Git(_session.Host.Bare, "log", "-1", "--format=%s", "main~1"));

        // The commit as it was is on no branch any more.
        Assert.Equal("NotFound", (await _session.RunAsync(_session.Revert(bad))).ErrorId);
    }

    [Fact]
    public async Task A_revert_far_below_the_tip_is_found_through_a_shallow_cache()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v1", StringComparison.Ordinal), "good");
        var bad = _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        _session.Host.Git(_session.Host.Copy, "revert", "--no-edit", bad);
        _session.Host.Git(_session.Host.Copy, "push", "--quiet", "origin", "HEAD:main");
        _session.Host.Run(_session.Host.Bare, string.Concat(Enumerable.Range(0, 450).Select(i =>
            $"commit refs/heads/main\ncommitter Dev <dev@example.com> {1_900_000_000 + i} +0000\ndata 3\nn\n\n{(i == 0 ? "from refs/heads/main^0\n" : "")}M 100644 inline many\ndata {i.ToString(System.Globalization.CultureInfo.InvariantCulture).Length}\n{i}\n")), "fast-import", "--quiet");
        _session.Host.Git(_session.Host.Copy, "pull", "--quiet", "--rebase", "origin", "main");
        _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v3", StringComparison.Ordinal), "promote v3");

        var result = await _session.RunAsync(_session.Revert(bad));

        Assert.Equal((RollbackOutcome.AlreadyThere, null), (result.Outcome, result.ErrorId));
    }

    [Fact]
    public async Task Two_who_revert_the_newest_commit_at_once_make_one_revert()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v1", StringComparison.Ordinal), "good");
        _session.Host.Commit(GitSession.File, GitSession.Pinned, "promote v2");
        TaskCompletionSource both = new();
        var waiting = 0;
        _session.AtPush = done =>
        {
            if (done) return Task.CompletedTask;
            if (Interlocked.Increment(ref waiting) >= 2) both.TrySetResult();
            return both.Task;
        };

        var results = await Task.WhenAll(_session.RunAsync(_session.Revert("~0")), _session.RunAsync(_session.Revert("~0")));

        Assert.All(results, result => Assert.Null(result.ErrorId));
        Assert.Equal("3", _session.Host.Git(_session.Host.Bare, "rev-list", "--count", "main"));
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
    }
}
