using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Tests.Integrations.Git.Support;

namespace RollbackTools.Tests.Integrations.Git;

public sealed class ReadingTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly GitHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Tags_of_trees_and_files_are_passed_over_and_tags_of_tags_are_followed()
    {
        var one = _host.Commit("app/a", "1");
        _host.Git(_host.Copy, "tag", "v1.0.0");
        _host.Git(_host.Copy, "tag", "-a", "-m", "x", "v1.1.0", "v1.0.0");
        _host.Git(_host.Copy, "tag", "-a", "-m", "y", "v1.2.0", "v1.1.0");
        _host.Git(_host.Copy, "tag", "v0.9", "HEAD:app/a");
        _host.Git(_host.Copy, "tag", "v2.0", "HEAD:app");
        _host.Git(_host.Copy, "tag", "-a", "-m", "z", "v3.0", "v0.9");
        _host.Git(_host.Copy, "push", "--quiet", "--tags", "origin");
        var repository = await _host.OpenAsync();

        var tags = await repository.ReadTagsAsync(await repository.ListTagsAsync("v*", Never), 2, Never);
        var all = await repository.ReadTagsAsync(await repository.ListTagsAsync("v*", Never), 20, Never);

        Assert.Equal([("v1.2.0", one), ("v1.1.0", one)], tags.Select(tag => (tag.Tag.Name, tag.Commit.Id)));
        Assert.Equal(["v1.2.0", "v1.1.0", "v1.0.0"], all.Select(tag => tag.Tag.Name));
    }

    [Fact]
    public async Task Without_a_name_the_branch_is_the_remotes_default()
    {
        var tip = _host.Commit("a.txt", "1");
        var repository = await _host.OpenAsync();

        Assert.Equal(new GitBranch("main", tip), await repository.ReadBranchAsync(null, Never));
    }

    [Fact]
    public async Task A_branch_that_moved_is_seen_where_it_is_now()
    {
        _host.Commit("a.txt", "1");
        var repository = await _host.OpenAsync();
        await repository.ReadBranchAsync("main", Never);
        var later = _host.Commit("a.txt", "2");

        Assert.Equal(later, (await repository.ReadBranchAsync("main", Never)).Tip);
    }

    [Fact]
    public async Task A_force_pushed_branch_is_read_as_it_is_now()
    {
        _host.Commit("a.txt", "1");
        _host.Commit("a.txt", "2");
        var repository = await _host.OpenAsync();
        await repository.ReadBranchAsync("main", Never);
        _host.Git(_host.Copy, "commit", "--quiet", "--amend", "-m", "another");
        _host.Git(_host.Copy, "push", "--quiet", "--force", "origin", "main");

        var branch = await repository.ReadBranchAsync("main", Never);

        Assert.Equal(_host.Tip(), branch.Tip);
        Assert.Equal("another", (await repository.FindCommitAsync(branch, "~0", Never)).Subject);
    }

    [Fact]
    public async Task A_missing_branch_is_not_found_by_its_name()
    {
        _host.Commit("a.txt", "1");
        var repository = await _host.OpenAsync();

        var error = await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync("release", Never));

        Assert.Equal(EstateErrorKind.NotFound, error.Kind);
        Assert.Contains("no branch 'release'", error.Message);
    }

    [Fact]
    public async Task Files_are_read_as_they_are_stored()
    {
        _host.Commit("k8s/prod/kustomization.yaml", "images: []\r\n");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        var file = await repository.ReadFileAsync(branch.Tip, "k8s/prod/kustomization.yaml", Never);

        Assert.Equal("images: []\r\n", Encoding.UTF8.GetString(file!.Content.Span));
        Assert.Null(await repository.ReadFileAsync(branch.Tip, "k8s/prod/nothing.yaml", Never));
        Assert.Null(await repository.ReadFileAsync(branch.Tip, "nowhere/x", Never));
        Assert.Equal(GitEntryKind.Directory, (await repository.ReadFileAsync(branch.Tip, "k8s", Never))!.Kind);
        Assert.Equal(["prod"], (await repository.ListAsync(branch.Tip, "k8s", Never)).Select(entry => entry.Name));
        Assert.Equal(["k8s"], (await repository.ListAsync(branch.Tip, "", Never)).Select(entry => entry.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_what_is_asked_for_is_fetched(bool filters)
    {
        using GitHost host = new(filters);
        for (var i = 0; i < 5; i++) host.Commit($"file{i}.txt", $"content {i}");
        var repository = await host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        await repository.ReadFileAsync(branch.Tip, "file1.txt", Never);

        var cache = Directory.EnumerateDirectories(Path.Combine(host.Machine.Home, ".cache", "rollbacktools", "git"), "app-*.git").Single();
        var objects = host.Git(cache, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").Split('\n');

        Assert.Single(objects, type => type == "commit");
        Assert.Equal(filters ? 1 : 5, objects.Count(type => type == "blob"));
    }

    [Fact]
    public async Task The_log_of_a_path_is_newest_first_and_says_whether_there_is_more()
    {
        for (var i = 0; i < 4; i++)
        {
            _host.Commit("app/kustomization.yaml", $"{i}", $"release {i}\n\nBody of {i}.");
            _host.Commit("other.txt", $"{i}", "noise");
        }

        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        var some = await repository.ReadLogAsync(branch, ["app"], 2, Never);
        var all = await repository.ReadLogAsync(branch, ["app/kustomization.yaml"], 10, Never);

        Assert.Equal(["release 3", "release 2"], some.Commits.Select(commit => commit.Subject));
        Assert.False(some.Complete);
        Assert.Equal(4, all.Commits.Count);
        Assert.True(all.Complete);
        Assert.Equal("Body of 3.", all.Commits[0].Body);
        Assert.Equal("Dev Eloper", all.Commits[0].Author.Name);
        Assert.Single(all.Commits[0].Parents);
    }

    [Fact]
    public async Task History_is_fetched_only_as_deep_as_the_answer_lies()
    {
        var stream = string.Concat(Enumerable.Range(0, 600).Select(i =>
            $"commit refs/heads/main\ncommitter D <d@x> {1_700_000_000 + i} +0000\ndata {3 + i.ToString().Length}\nno {i}\nM 644 inline f{(i == 100 ? "" : "x")}\ndata 4\n{i:0000}\n"));
        _host.Run(_host.Bare, stream, "fast-import", "--quiet");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        Assert.Equal("no 590", (await repository.FindCommitAsync(branch, "~9", Never)).Subject);
        Assert.Equal(200, Commits());
        Assert.Equal("no 100", Assert.Single((await repository.ReadLogAsync(branch, ["f"], 5, Never)).Commits).Subject);
        Assert.Equal(600, Commits());

        int Commits()
        {
            var cache = Directory.EnumerateDirectories(Path.Combine(_host.Machine.Home, ".cache", "rollbacktools", "git"), "app-*.git").Single();
            return _host.Git(cache, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").Split('\n').Count(type => type == "commit");
        }
    }

    [Fact]
    public async Task A_commit_is_found_by_id_by_its_beginning_by_tag_and_by_its_distance()
    {
        var first = _host.Commit("a", "1", "first");
        _host.Git(_host.Copy, "tag", "-a", "-m", "one", "v1.0.0");
        _host.Git(_host.Copy, "push", "--quiet", "origin", "v1.0.0");
        _host.Commit("a", "2", "second");
        var repository = await _host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);

        foreach (var revision in (string[])[first, first[..8], first[..8].ToUpperInvariant(), "v1.0.0", "~1"])
            Assert.Equal(first, (await repository.FindCommitAsync(branch, revision, Never)).Id);
        var error = await Assert.ThrowsAsync<EstateException>(() => repository.FindCommitAsync(branch, "v9", Never));
        Assert.Equal(EstateErrorKind.NotFound, error.Kind);
        Assert.True(await repository.ContainsAsync(branch, first, Never));
        Assert.False(await repository.ContainsAsync(branch, new string('a', 40), Never));
    }

    [Fact]
    public async Task Tags_are_in_the_order_of_their_versions_with_the_commit_they_name()
    {
        var one = _host.Commit("a", "1");
        _host.Git(_host.Copy, "tag", "release/v1.9.0");
        var two = _host.Commit("a", "2");
        _host.Git(_host.Copy, "tag", "-a", "-m", "x", "release/v1.10.0");
        _host.Git(_host.Copy, "tag", "release/v1.10.0-rc1");
        _host.Git(_host.Copy, "tag", "other/release/v3");
        _host.Git(_host.Copy, "push", "--quiet", "--tags", "origin");
        var repository = await _host.OpenAsync();

        var tags = await repository.ListTagsAsync("release/v*", Never);

        Assert.Equal(["release/v1.10.0", "release/v1.10.0-rc1", "release/v1.9.0"], tags.Select(tag => tag.Name));
        Assert.Equal([two, two, one], tags.Select(tag => tag.Commit));
        Assert.Equal([true, false, false], tags.Select(tag => tag.Annotated));
        Assert.Equal([two, two, one], (await repository.ReadTagsAsync(tags, 10, Never)).Select(tag => tag.Commit.Id));
    }

    [Fact]
    public async Task A_cache_that_was_deleted_or_damaged_is_made_again()
    {
        var tip = _host.Commit("a", "1");
        var repository = await _host.OpenAsync();
        await repository.ReadBranchAsync("main", Never);
        var caches = Path.Combine(_host.Machine.Home, ".cache", "rollbacktools", "git");

        Directory.Delete(caches, recursive: true);
        Assert.Equal(tip, (await repository.ReadBranchAsync(null, Never)).Tip);

        var cache = Directory.EnumerateDirectories(caches, "app-*.git").Single();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(cache, "objects"), "*", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllText(file, "not an object");
        }

        File.WriteAllText(Path.Combine(cache, "shallow.lock"), "");
        Assert.Equal(tip, (await repository.ReadBranchAsync("main", Never)).Tip);
        Assert.NotNull(await repository.ReadFileAsync(tip, "a", Never));
    }

    [Fact]
    public async Task The_cache_is_nobody_elses_to_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such permissions here.");
        _host.Commit("a", "1");
        await (await _host.OpenAsync()).ReadBranchAsync(null, Never);

        var caches = Path.Combine(_host.Machine.Home, ".cache", "rollbacktools", "git");
        foreach (var directory in Directory.EnumerateDirectories(caches).Append(caches))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
    }

    [Fact]
    public async Task Several_at_once_share_the_cache()
    {
        var tip = _host.Commit("a", "1");

        var tips = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => (await (await _host.OpenAsync()).ReadBranchAsync("main", Never)).Tip));

        Assert.All(tips, seen => Assert.Equal(tip, seen));
    }
}
