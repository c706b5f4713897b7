using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Git.Overlays;

public sealed class KustomizeImageTests : IDisposable
{
    private readonly GitSession _session = new();

    public KustomizeImageTests() => _session.Host.Commit(GitSession.File, GitSession.Pinned);

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task An_image_is_pinned_by_one_commit_that_says_what_and_why()
    {
        var before = _session.Host.Tip();

        var result = await _session.RunAsync(_session.Pin());

        Assert.Equal((RollbackOutcome.Changed, "reg/backend:v2", "reg/backend:v1"), (result.Outcome, result.From, result.To));
        Assert.Equal(GitSession.Pinned.Replace("v2", "v1", StringComparison.Ordinal), _session.Host.Show(GitSession.File));
        Assert.Equal(result.Commit, _session.Host.Tip());
        Assert.Equal(before, _session.Host.Git(_session.Host.Bare, "rev-parse", "main^"));
        var message = _session.Host.Git(_session.Host.Bare, "log", "-1", "--format=%B", "main");
        Assert.StartsWith("rollback: prod backend to v1\n\nk8s/overlays/prod: reg/backend:v2 -> reg/backend:v1\nReason: INC-1\nBy: ", message);
        Assert.Equal(RunState.Succeeded, _session.Runs.Read(result.RunId).State);
    }

    [Fact]
    public async Task WhatIf_shows_the_lines_and_changes_nothing()
    {
        _session.Decision = Decision.WhatIf;
        var before = _session.Host.Tip();

        var result = await _session.RunAsync(_session.Pin());

        Assert.Equal(RollbackOutcome.Planned, result.Outcome);
        Assert.Equal(before, _session.Host.Tip());
        Assert.Contains("-  newTag: v2\n+  newTag: v1", result.Diff);
        Assert.Contains(Assert.Single(_session.Proposals).Steps, step => step == "+  newTag: v1");
        Assert.Contains(result.Steps, step => step.Contains("image reg/backend:v2 → reg/backend:v1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asked_again_it_is_there_already_and_nothing_is_pushed()
    {
        var first = await _session.RunAsync(_session.Pin());

        var second = await _session.RunAsync(_session.Pin());

        Assert.Equal(RollbackOutcome.AlreadyThere, second.Outcome);
        Assert.Equal(first.Commit, _session.Host.Tip());
    }

    [Fact]
    public async Task When_somebody_pushes_in_between_it_is_made_again_on_theirs()
    {
        var pushes = 0;
        _session.AtPush = done =>
        {
            if (!done && ++pushes <= 2) _session.Host.Commit("other.txt", $"{pushes}");
            return Task.CompletedTask;
        };

        var result = await _session.RunAsync(_session.Pin());

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Equal(3, pushes);
        Assert.Equal("2\n", _session.Host.Show("other.txt"));
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
    }

    [Fact]
    public async Task When_somebody_sets_the_same_image_in_between_theirs_stays()
    {
        _session.AtPush = done =>
        {
            if (!done) _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v3", StringComparison.Ordinal));
            return Task.CompletedTask;
        };

        var result = await _session.RunAsync(_session.Pin());

        Assert.Equal((RollbackOutcome.Failed, "ChangedMeanwhile"), (result.Outcome, result.ErrorId));
        Assert.Contains("newTag: v3", _session.Host.Show(GitSession.File));
    }

    [Fact]
    public async Task Two_operators_at_once_end_with_both_changes()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned + "- name: web\n  newTag: v2\n");

        var results = await Task.WhenAll(_session.RunAsync(_session.Pin()), _session.RunAsync(_session.Pin(image: "web")));

        Assert.All(results, result => Assert.Equal(RollbackOutcome.Changed, result.Outcome));
        Assert.DoesNotContain("v2", _session.Host.Show(GitSession.File));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_the_push_it_is_resumed_and_undone(bool pushed)
    {
        _session.AtPush = done => done == pushed ? throw new InvalidOperationException("killed") : Task.CompletedTask;
        await Assert.ThrowsAsync<InvalidOperationException>(() => _session.RunAsync(_session.Pin()));
        _session.AtPush = _ => Task.CompletedTask;
        var run = Assert.Single(_session.Runs.List());
        Assert.Equal(RunState.Interrupted, run.State);

        var resumed = await _session.ResumeAsync(run.RunId);

        Assert.Equal(RollbackOutcome.Changed, resumed.Outcome);
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
        Assert.Equal("2", _session.Host.Git(_session.Host.Bare, "rev-list", "--count", "main"));
        Assert.Equal(RollbackOutcome.Undone, (await _session.UndoAsync(run.RunId)).Outcome);
        Assert.Equal(GitSession.Pinned, _session.Host.Show(GitSession.File));
        Assert.Equal("3", _session.Host.Git(_session.Host.Bare, "rev-list", "--count", "main"));
    }

    [Fact]
    public async Task Undoing_what_somebody_built_upon_changes_nothing()
    {
        var result = await _session.RunAsync(_session.Pin());
        _session.Host.Git(_session.Host.Copy, "pull", "--quiet", "--rebase", "origin", "main");
        _session.Host.Commit(GitSession.File, GitSession.Pinned.Replace("v2", "v1.1", StringComparison.Ordinal));

        var undone = await _session.UndoAsync(result.RunId);

        Assert.Equal((RollbackOutcome.Failed, "RevertConflict"), (undone.Outcome, undone.ErrorId));
        Assert.Contains("newTag: v1.1", _session.Host.Show(GitSession.File));
    }

    [Fact]
    public async Task A_protected_branch_gets_a_branch_for_a_pull_request()
    {
        _session.Host.Protect();
        _session.Host.Hook("post-receive", "echo 'Create a pull request for it by visiting:' >&2; echo '  https://git.example.com/team/app/pull/new/rollback' >&2");
        var before = _session.Host.Tip();

        var result = await _session.RunAsync(_session.Pin());
        var again = await _session.RunAsync(_session.Pin());

        Assert.Equal((RollbackOutcome.Proposed, "rollback/backend-v1"), (result.Outcome, result.PullRequestBranch));
        Assert.Equal("https://git.example.com/team/app/pull/new/rollback", result.PullRequestUrl);
        Assert.Contains("protected branches", string.Join('\n', result.Evidence));
        Assert.Equal(before, _session.Host.Tip());
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File, "rollback/backend-v1"));
        Assert.Equal(RollbackOutcome.Proposed, again.Outcome);
        Assert.Equal(result.Commit, _session.Host.Tip("rollback/backend-v1"));
    }

    [Fact]
    public async Task A_proposal_is_undone_whether_or_not_it_was_merged()
    {
        var proposal = await _session.RunAsync(_session.Pin() with { PullRequestBranch = "fix/api" });
        Assert.Equal((RollbackOutcome.Proposed, "fix/api"), (proposal.Outcome, proposal.PullRequestBranch));
        var before = _session.Host.Tip();

        Assert.Equal(RollbackOutcome.AlreadyThere, (await _session.UndoAsync(proposal.RunId)).Outcome);
        Assert.Equal(before, _session.Host.Tip());
        var second = await _session.RunAsync(_session.Pin() with { PullRequestBranch = "fix/api2" });
        _session.Host.Git(_session.Host.Copy, "fetch", "--quiet", "origin");
        _session.Host.Git(_session.Host.Copy, "merge", "--quiet", "--squash", "origin/fix/api2");
        _session.Host.Commit([], "squashed");

        Assert.Equal(RollbackOutcome.Undone, (await _session.UndoAsync(second.RunId)).Outcome);
        Assert.Contains("newTag: v2", _session.Host.Show(GitSession.File));
    }

    [Fact]
    public async Task A_branch_of_that_name_with_something_else_on_it_is_not_touched()
    {
        _session.Host.Git(_session.Host.Copy, "push", "--quiet", "origin", "main:refs/heads/fix");
        var tip = _session.Host.Tip("fix");

        var result = await _session.RunAsync(_session.Pin() with { PullRequestBranch = "fix" });

        Assert.Equal("BranchExists", result.ErrorId);
        Assert.Equal(tip, _session.Host.Tip("fix"));
    }

    [Fact]
    public async Task The_override_that_Argo_CD_lays_over_it_is_edited_too()
    {
        const string Override = GitSession.Overlay + "/.argocd-source-prod.yaml";
        _session.Host.Commit(Override, "kustomize:\n  images:\n  - backend=reg/backend:v3\n");

        var result = await _session.RunAsync(_session.Pin());

        Assert.Equal(("reg/backend:v3", "reg/backend:v1"), (result.From, result.To));
        Assert.Equal("kustomize:\n  images:\n  - backend=reg/backend:v1\n", _session.Host.Show(Override));
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
        Assert.Contains(result.Warnings, warning => warning.Contains("Image Updater", StringComparison.Ordinal) && warning.Contains("It is application prod's", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_override_of_another_application_is_left_alone()
    {
        const string Override = GitSession.Overlay + "/.argocd-source-staging.yaml";
        _session.Host.Commit(Override, "kustomize:\n  images:\n  - backend=reg/backend:v3\n");

        var result = await _session.RunAsync(_session.Pin() with { Application = "prod" });

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Contains("v3", _session.Host.Show(Override));
        Assert.Contains("newTag: v1", _session.Host.Show(GitSession.File));
    }

    [Fact]
    public async Task Of_several_overrides_the_applications_own_is_meant()
    {
        foreach (var app in (string[])["a", "b"])
            _session.Host.Commit($"{GitSession.Overlay}/.argocd-source-{app}.yaml", "kustomize:\n  images:\n  - backend=reg/backend:v3\n");

        var torn = await _session.RunAsync(_session.Pin());
        var named = await _session.RunAsync(_session.Pin() with { Application = "a" });

        Assert.Equal("AmbiguousApplication", torn.ErrorId);
        Assert.Equal(RollbackOutcome.Changed, named.Outcome);
        Assert.Contains("v1", _session.Host.Show($"{GitSession.Overlay}/.argocd-source-a.yaml"));
        Assert.Contains("v3", _session.Host.Show($"{GitSession.Overlay}/.argocd-source-b.yaml"));
    }

    [Fact]
    public async Task Who_else_pins_the_image_is_said()
    {
        _session.Host.Commit(
        [
            (GitSession.File, "resources: [../../base]\n" + GitSession.Pinned),
            ("k8s/base/kustomization.yaml", "images:\n- name: backend\n  newTag: v0\n"),
        ]);

        var result = await _session.RunAsync(_session.Pin());

        Assert.Contains(result.Warnings, warning => warning.StartsWith("k8s/base/kustomization.yaml also sets backend:v0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("k8s/nowhere", "KustomizationNotFound")]
    [InlineData("two", "KustomizationAmbiguous")]
    [InlineData("lfs", "KustomizationUnreadable")]
    public async Task An_overlay_that_is_none_says_why(string overlay, string errorId)
    {
        _session.Host.Commit([("two/kustomization.yaml", "images: []\n"), ("two/Kustomization", "images: []\n"), ("lfs/kustomization.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n")]);

        Assert.Equal(errorId, (await _session.RunAsync(_session.Pin() with { Overlay = overlay })).ErrorId);
    }

    [Theory]
    [InlineData("https://x:s3cret@host/a.git")]
    [InlineData("https://ghp_s3cret7890123456789012345@host/a.git")]
    public async Task A_secret_in_the_URL_is_refused_before_anything_is_kept(string url)
    {
        var error = await Assert.ThrowsAsync<RollbackException>(() => _session.RunAsync(_session.Pin() with { Repository = url }));

        Assert.Equal("SecretInUrl", error.ErrorId);
        Assert.DoesNotContain("s3cret", $"{error} {error.Target}");
        Assert.Empty(_session.Runs.List());
    }

    [Fact]
    public async Task Through_a_working_copy_the_next_step_is_to_pull()
    {
        var result = await _session.RunAsync(_session.Pin() with { Repository = _session.Host.Copy });

        Assert.Equal($"git -C {_session.Host.Copy} pull", result.NextStep);
        Assert.Equal(GitSession.Pinned, System.IO.File.ReadAllText(Path.Combine(_session.Host.Copy, GitSession.File)));
    }

    [Fact]
    public async Task A_shallow_working_copy_is_as_good_as_any()
    {
        var copy = Path.Combine(_session.Host.Machine.Home, "shallow");
        _session.Host.Commit("more", "x");
        _session.Host.Git(_session.Host.Copy, "clone", "--quiet", "--depth=1", _session.Host.Url, copy);

        var result = await _session.RunAsync(_session.Pin() with { Repository = copy });

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Equal("3", _session.Host.Git(_session.Host.Bare, "rev-list", "--count", "main"));
    }

    [Fact]
    public async Task The_record_names_the_repository_and_holds_no_content()
    {
        _session.Host.Commit(GitSession.File, GitSession.Pinned + "secretGenerator:\n- name: s\n  literals: [password=hunter2hunter2]\n");

        var result = await _session.RunAsync(_session.Pin());

        var record = System.IO.File.ReadAllText(_session.Runs.Read(result.RunId).Path);
        Assert.Contains(_session.Host.Url, record);
        Assert.DoesNotContain("hunter2", record);
    }

    [Fact]
    public async Task A_file_is_changed_in_place_and_back()
    {
        var path = Path.Combine(_session.Host.Copy, GitSession.File);
        KustomizeImageRequest request = new() { File = path, Pin = new ImagePin { Name = "backend", Tag = "1.10" } };

        var result = await _session.RunAsync(request);

        Assert.Equal((RollbackOutcome.Changed, "reg/backend:1.10"), (result.Outcome, result.To));
        Assert.Contains("newTag: \"1.10\"", System.IO.File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal(RollbackOutcome.Undone, (await _session.UndoAsync(result.RunId)).Outcome);
        Assert.Contains("newTag: \"v2\"", System.IO.File.ReadAllText(path));
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_is_left_alone()
    {
        var path = Path.Combine(_session.Host.Copy, GitSession.File);
        var result = await _session.RunAsync(new KustomizeImageRequest { File = path, Pin = new ImagePin { Name = "backend", Tag = "v1" } });
        System.IO.File.WriteAllText(path, GitSession.Pinned.Replace("v2", "v7", StringComparison.Ordinal));

        Assert.Equal("ChangedMeanwhile", (await _session.UndoAsync(result.RunId)).ErrorId);
        Assert.Contains("v7", System.IO.File.ReadAllText(path));
    }
}
