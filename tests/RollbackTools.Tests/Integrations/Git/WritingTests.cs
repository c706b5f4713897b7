using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Tests.Integrations.Git.Support;

namespace RollbackTools.Tests.Integrations.Git;

public sealed class WritingTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly GitHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_commit_changes_its_paths_and_nothing_else()
    {
        _host.Commit([("k8s/prod/kustomization.yaml", "old"), ("k8s/prod/run.sh", "#!"), ("k8s/base/a", "a"), ("README", "r"), ("k8s.txt", "sorts beside k8s")]);
        File.SetUnixFileMode(Path.Combine(_host.Copy, "k8s/prod/kustomization.yaml"), (UnixFileMode)0b111_101_101);
        var before = _host.Commit([], "executable");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        var commit = await repository.WriteCommitAsync(Draft(branch, ("k8s/prod/kustomization.yaml", "new"), ("deep/er/file", "x"), ("k8s/base/a", null)), Never);
        var outcome = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal(PushResult.Pushed, outcome.Result);
        Assert.Equal(commit, _host.Tip());
        Assert.Equal(before, _host.Git(_host.Bare, "rev-parse", "main^"));
        Assert.Equal("D\tk8s/base/a\nM\tk8s/prod/kustomization.yaml\nA\tdeep/er/file".Split('\n').Order(),
            _host.Git(_host.Bare, "diff", "--name-status", "--no-renames", before, commit).Split('\n').Order());
        Assert.StartsWith("100755", _host.Git(_host.Bare, "ls-tree", "main", "k8s/prod/kustomization.yaml"));
        Assert.Equal("Olga Oncall <olga@example.com>", _host.Git(_host.Bare, "log", "-1", "--format=%an <%ae>", "main"));
        _host.Git(_host.Bare, "fsck", "--strict");
    }

    [Fact]
    public async Task A_cache_that_goes_away_between_reading_and_writing_is_no_hindrance()
    {
        _host.Commit("dir/a", "1");
        _host.Commit("b", "2");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        Directory.Delete(Path.Combine(_host.Machine.Home, ".cache"), recursive: true);

        var commit = await repository.WriteCommitAsync(Draft(branch, ("dir/a", "2")), Never);
        await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal("2\n", _host.Show("dir/a"));
        Assert.Equal("3", _host.Git(_host.Bare, "rev-list", "--count", "main"));
    }

    [Fact]
    public async Task The_message_is_kept_to_the_letter()
    {
        _host.Commit("a", "1");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")) with { Message = "Betreff: zurück → 1\n\n# not a comment\nReason: INC-1" }, Never);
        await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal("Betreff: zurück → 1\n\n# not a comment\nReason: INC-1", _host.Git(_host.Bare, "log", "-1", "--format=%B", "main").TrimEnd());
    }

    [Fact]
    public async Task Whoever_pushed_first_is_not_overwritten()
    {
        _host.Commit("a", "1");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never);
        var theirs = _host.Commit("b", "somebody else's");

        var outcome = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal(PushResult.Overtaken, outcome.Result);
        Assert.Equal(theirs, _host.Tip());
    }

    [Fact]
    public async Task Of_two_that_push_at_once_exactly_one_wins()
    {
        _host.Commit("a", "1");
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            var repository = await _host.OpenAsync();
            var branch = await repository.ReadBranchAsync("main", Never);
            var commit = await repository.WriteCommitAsync(Draft(branch, ("a", $"writer {i}")), Never);
            return (branch.Tip, (await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never)).Result);
        }));

        Assert.All(results.GroupBy(result => result.Tip), round => Assert.Single(round, result => result.Result == PushResult.Pushed));
        Assert.DoesNotContain(results, result => result.Result == PushResult.Rejected);
    }

    [Fact]
    public async Task A_protected_branch_says_so_in_the_hosts_words()
    {
        _host.Commit("a", "1");
        _host.Protect();
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never);

        var refused = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);
        var elsewhere = await repository.PushAsync([RefUpdate.Branch("rollback/a", null, commit)], Never);

        Assert.Equal(PushResult.Rejected, refused.Result);
        Assert.Equal("hook declined", refused.Reason);
        Assert.Contains("GitLab: You are not allowed to push code to protected branches on this project.", refused.Messages);
        Assert.Equal(PushResult.Pushed, elsewhere.Result);
        Assert.Equal(PushResult.Overtaken, (await repository.PushAsync([RefUpdate.Branch("rollback/a", null, branch.Tip)], Never)).Result);
    }

    [Fact]
    public async Task What_a_host_prints_is_shown_without_secrets_and_terminal_codes()
    {
        _host.Commit("a", "1");
        _host.Hook("pre-receive", "printf 'see \\033[31mhttps://bot:hunter2hunter2@ci.example.com/log token=abcdefgh12345678\\033[0m\\n' >&2; exit 1");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never);

        var refused = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal("see https://***@ci.example.com/log token=***", Assert.Single(refused.Messages));
    }

    [Fact]
    public async Task A_branch_and_a_tag_are_pushed_together_or_not_at_all()
    {
        _host.Commit("a", "1");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never);
        var tag = await repository.WriteTagAsync(new TagDraft("v1.0.1", commit, "Rolled back"), Never);
        _host.Git(_host.Copy, "tag", "v1.0.1");
        _host.Git(_host.Copy, "push", "--quiet", "origin", "v1.0.1");

        var taken = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit), RefUpdate.Tag("v1.0.1", tag)], Never);
        var between = _host.Tip();
        var free = await repository.WriteTagAsync(new TagDraft("v1.0.2", commit, "Rolled back"), Never);
        var both = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit), RefUpdate.Tag("v1.0.2", free)], Never);

        Assert.Equal((PushResult.Overtaken, branch.Tip), (taken.Result, between));
        Assert.Equal(PushResult.Pushed, both.Result);
        Assert.Equal(commit, _host.Tip());
        Assert.Equal("tag", _host.Git(_host.Bare, "cat-file", "-t", "v1.0.2"));
        Assert.Equal(commit, _host.Git(_host.Bare, "rev-parse", "v1.0.2^{commit}"));
    }

    [Fact]
    public async Task Nothing_goes_along_that_was_not_asked_for_whatever_the_user_configured()
    {
        _host.Commit("a", "1");
        _host.Machine.Write(".gitconfig", "[user]\n name = O\n email = o@x\n[push]\n followTags = true\n default = matching\n[fetch]\n prune = true\n");
        var ran = Path.Combine(_host.Machine.Home, "hook-ran");
        _host.Machine.WriteScript("hooks/pre-push", $"touch '{ran}'");
        File.AppendAllText(Path.Combine(_host.Machine.Home, ".gitconfig"), $"[core]\n hooksPath = {_host.Machine.Home}/hooks\n");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        await repository.WriteTagAsync(new TagDraft("v9", branch.Tip, "left behind by another try"), Never);

        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never);
        await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal(commit, _host.Tip());
        Assert.Equal("", _host.Git(_host.Bare, "tag"));
        Assert.False(File.Exists(ran));
    }

    [Fact]
    public async Task A_file_behind_a_link_or_in_a_submodule_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights here.");
        _host.Commit("real/kustomization.yaml", "x");
        File.CreateSymbolicLink(Path.Combine(_host.Copy, "link"), "real");
        File.CreateSymbolicLink(Path.Combine(_host.Copy, "file"), "real/kustomization.yaml");
        _host.Git(_host.Copy, "update-index", "--add", "--cacheinfo", $"160000,{_host.Tip()},sub");
        _host.Git(_host.Copy, "add", "link", "file");
        _host.Git(_host.Copy, "commit", "--quiet", "-m", "links");
        _host.Git(_host.Copy, "push", "--quiet", "origin", "main");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        foreach (var path in (string[])["link/kustomization.yaml", "file", "sub", "sub/x", "real", "real/kustomization.yaml/x"])
        {
            var error = await Assert.ThrowsAsync<EstateException>(() => repository.WriteCommitAsync(Draft(branch, (path, "y")), Never));
            Assert.Equal(EstateErrorKind.Rejected, error.Kind);
        }
    }

    [Fact]
    public async Task Without_an_identity_nothing_is_committed_and_the_error_says_what_to_configure()
    {
        _host.Commit("a", "1");
        _host.Machine.Write(".gitconfig", "");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        var error = await Assert.ThrowsAsync<EstateException>(() => repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never));

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.Contains("git config --global user.name", error.Recommendation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commits_are_signed_exactly_if_that_is_configured(bool signed)
    {
        _host.Commit("a", "1");
        // Stands in for gpg: what counts is that git is told to sign with what the user configured.
        var signer = _host.Machine.WriteScript("signer", "cat >/dev/null; printf '[GNUPG:] SIG_CREATED ' >&2; printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nMINE\\n-----END PGP SIGNATURE-----\\n'");
        _host.Machine.Write(".gitconfig", $"[user]\n name = O\n email = o@x\n signingkey = K\n[commit]\n gpgsign = {(signed ? "yes" : "no")}\n[gpg]\n program = {signer}\n");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never);
        await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal(signed, _host.Git(_host.Bare, "cat-file", "commit", commit).Contains("gpgsig -----BEGIN PGP SIGNATURE-----", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_signature_that_fails_is_an_error_and_no_unsigned_commit()
    {
        _host.Commit("a", "1");
        var signer = _host.Machine.WriteScript("signer", "exit 2");
        _host.Machine.Write(".gitconfig", $"[user]\n name = O\n email = o@x\n[commit]\n gpgsign = true\n[gpg]\n program = {signer}\n");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        var error = await Assert.ThrowsAsync<EstateException>(() => repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never));

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.Contains("gpg", error.Recommendation);
    }

    [Fact]
    public async Task A_working_copy_lends_its_remote_and_identity_and_stays_as_it_is()
    {
        _host.Commit("a", "1");
        _host.Git(_host.Copy, "config", "user.email", "olga@team.example.com");
        File.WriteAllText(Path.Combine(_host.Copy, "a"), "work in progress");
        var before = Snapshot();
        var repository = await _host.OpenAsync(Path.Combine(_host.Copy));
        var branch = await repository.ReadBranchAsync(null, Never);

        var commit = await repository.WriteCommitAsync(Draft(branch, ("a", "2")), Never);
        await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Never);

        Assert.Equal(_host.Copy, repository.WorkingCopy);
        Assert.Equal(_host.Url, repository.Url);
        Assert.Equal("Olga Oncall <olga@team.example.com>", _host.Git(_host.Bare, "log", "-1", "--format=%an <%ae>", "main"));
        Assert.Equal(before, Snapshot());

        string Snapshot() => string.Join('\n', Directory.EnumerateFiles(_host.Copy, "*", SearchOption.AllDirectories).Order()
            .Select(file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}"));
    }

    private static CommitDraft Draft(GitBranch branch, params (string Path, string? Text)[] changes) => new()
    {
        Parent = branch.Tip,
        Message = "change",
        Changes = changes.ToDictionary(
            change => change.Path, change => change.Text is { } text ? (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(text) : null),
    };
}
