using RollbackTools.Practice.Git;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Practice.Git;

/// <summary>The real git against the practice Git host: by path, over HTTP, by the git protocol.</summary>
public sealed class GitHostTests : IDisposable
{
    private static readonly GitAuthor Ana = new("Ana", "ana@example.com");
    private static readonly DateTimeOffset Monday = new(2026, 4, 6, 9, 0, 0, TimeSpan.FromHours(2));

    private readonly RealGit git = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => git.Dispose();

    [Theory]
    [InlineData("path")]
    [InlineData("file")]
    [InlineData("http")]
    [InlineData("daemon")]
    public async Task A_commit_goes_out_and_comes_back_by_every_way_in(string way)
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions { Daemon = way == "daemon" }, Stop);
        var repository = await host.CreateAsync("tomoda/devops", Seed(), Stop);
        var url = way switch
        {
            "path" => repository.Location,
            "file" => repository.FileUrl.AbsoluteUri,
            "http" => repository.HttpUrl.AbsoluteUri,
            _ => repository.DaemonUrl.AbsoluteUri,
        };

        await git.RunAsync("", ["clone", "--quiet", url, "work"]);
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(git.Home, "work", "a.txt"), Stop));
        await File.WriteAllTextAsync(Path.Combine(git.Home, "work", "a.txt"), "three", Stop);
        await git.RunAsync("work", "commit --quiet -am third");
        await git.RunAsync("work", "push --quiet origin HEAD:main");

        var commit = await repository.ResolveAsync("main", Stop);
        Assert.Equal("three", await repository.ReadTextAsync(commit!, "a.txt", Stop));
        Assert.Equal(commit, await git.RunAsync("work", "rev-parse HEAD"));
        Assert.Same(repository, host.FindByUrl(url));
    }

    [Fact]
    public async Task A_partial_clone_takes_files_when_they_are_needed()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);

        await git.RunAsync("", ["clone", "--quiet", "--filter=blob:none", "--no-checkout", repository.HttpUrl.AbsoluteUri, "work"]);

        Assert.Contains("?", await git.RunAsync("work", "rev-list --objects --missing=print HEAD"), StringComparison.Ordinal);
        Assert.Equal("two", await git.RunAsync("work", "show HEAD:a.txt"));
    }

    [Fact]
    public async Task Any_commit_can_be_fetched_by_its_sha()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);
        var first = (await repository.ResolveAsync("v1", Stop))!;

        await git.RunAsync("", "init --quiet work");
        await git.RunAsync("work", ["fetch", "--quiet", "--depth=1", repository.HttpUrl.AbsoluteUri, first]);

        Assert.Equal("one", await git.RunAsync("work", "show FETCH_HEAD:a.txt"));
    }

    [Fact]
    public async Task Whoever_has_no_token_is_asked_for_one_and_a_credential_helper_gives_it()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions { Users = new Dictionary<string, string> { ["ana"] = "s3cret" } }, Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);

        var refused = await git.RunAsync("", ["ls-remote", repository.HttpUrl.AbsoluteUri], fails: true);
        Assert.Contains("could not read Username", refused, StringComparison.Ordinal);

        await git.RunAsync("", ["config", "--global", "credential.helper", "!f() { echo username=ana; echo password=s3cret; }; f"]);
        Assert.Contains("refs/heads/main", await git.RunAsync("", ["ls-remote", repository.HttpUrl.AbsoluteUri]), StringComparison.Ordinal);

        await git.RunAsync("", ["config", "--global", "credential.helper", "!f() { echo username=ana; echo password=wrong; }; f"]);
        await git.RunAsync("", ["ls-remote", repository.HttpUrl.AbsoluteUri], fails: true);
    }

    [Fact]
    public async Task A_protected_branch_refuses_a_push_in_the_words_of_github()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);
        var before = await repository.ResolveAsync("main", Stop);
        repository.Rules.Protect("main");
        await git.RunAsync("", ["clone", "--quiet", repository.HttpUrl.AbsoluteUri, "work"]);
        await git.RunAsync("work", "commit --quiet --allow-empty -m more");

        var said = await git.RunAsync("work", "push origin HEAD:main", fails: true);

        Assert.Contains("remote: error: GH006: Protected branch update failed for refs/heads/main.", said, StringComparison.Ordinal);
        Assert.Contains("pre-receive hook declined", said, StringComparison.Ordinal);
        Assert.Equal(before, await repository.ResolveAsync("main", Stop));
        await git.RunAsync("work", "push --quiet origin HEAD:rollback/fix");
        repository.Rules.Unprotect("main");
        await git.RunAsync("work", "push --quiet origin HEAD:main");
    }

    [Fact]
    public async Task A_protected_branch_lets_those_through_whom_it_names()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions
        { Users = new Dictionary<string, string> { ["ana"] = "a", ["bot"] = "b" } }, Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);
        repository.Rules.Protect("main", "bot");
        var url = repository.HttpUrl.AbsoluteUri;
        CommitDraft draft = new(Ana, Monday, "more\n", [new FileChange("a.txt", "three")]);

        using var person = await GitClone.OpenAsync(host, url, Stop, ("ana", "a"));
        await person.FetchAsync("main", Stop);
        var refused = await Assert.ThrowsAsync<GitException>(() => person.PushAsync("main", draft, Stop));
        Assert.Contains("GH006", refused.Message, StringComparison.Ordinal);

        using var bot = await GitClone.OpenAsync(host, url, Stop, ("bot", "b"));
        await bot.FetchAsync("main", Stop);
        Assert.Equal(await bot.PushAsync("main", draft, Stop), await repository.ResolveAsync("main", Stop));
    }

    [Fact]
    public async Task Every_push_can_be_refused_and_let_through_again()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);
        using var clone = await GitClone.OpenAsync(host, repository.HttpUrl.AbsoluteUri, Stop);
        await clone.FetchAsync("main", Stop);
        CommitDraft draft = new(Ana, Monday, "more\n", [new FileChange("a.txt", "three")]);

        repository.Rules.RefuseAll("the repository is frozen");
        var refused = await Assert.ThrowsAsync<GitException>(() => clone.PushAsync("main", draft, Stop));
        Assert.Contains("the repository is frozen", refused.Message, StringComparison.Ordinal);

        repository.Rules.RefuseAll(null);
        await clone.PushAsync("main", draft, Stop);
        Assert.Equal("two", await clone.ReadAsync("main", "a.txt", Stop));
        await clone.FetchAsync("main", Stop);
        Assert.Equal("three", await clone.ReadAsync("main", "a.txt", Stop));
    }

    [Fact]
    public async Task An_unreachable_repository_is_out_of_reach_by_every_way_and_comes_back_whole()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);

        repository.Reachable = false;
        Assert.Contains("503", await git.RunAsync("", ["ls-remote", repository.HttpUrl.AbsoluteUri], fails: true), StringComparison.Ordinal);
        await git.RunAsync("", ["ls-remote", repository.Location], fails: true);
        await Assert.ThrowsAsync<GitException>(() => repository.ResolveAsync("main", Stop));

        repository.Reachable = true;
        Assert.Contains("refs/heads/main", await git.RunAsync("", ["ls-remote", repository.HttpUrl.AbsoluteUri]), StringComparison.Ordinal);
        Assert.NotNull(await repository.ResolveAsync("main", Stop));
    }

    [Fact]
    public async Task A_push_larger_than_one_request_gets_through()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);
        await git.RunAsync("", ["clone", "--quiet", repository.HttpUrl.AbsoluteUri, "work"]);
        var large = new byte[3_000_000];
        new Random(1).NextBytes(large);
        await File.WriteAllBytesAsync(Path.Combine(git.Home, "work", "large.bin"), large, Stop);
        await git.RunAsync("work", "add .");
        await git.RunAsync("work", "commit --quiet -m large");

        await git.RunAsync("work", "push --quiet origin HEAD:main");

        Assert.Equal(large, await repository.ReadAsync((await repository.ResolveAsync("main", Stop))!, "large.bin", Stop));
    }

    [Fact]
    public async Task A_slow_server_keeps_everybody_waiting()
    {
        RealGit.Need();
        ManualTimeProvider clock = new();
        await using var host = await GitHost.StartAsync(new GitHostOptions { Time = clock }, Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);
        repository.Latency = TimeSpan.FromSeconds(30);
        using HttpClient client = new();

        var asking = client.GetAsync(new Uri(repository.HttpUrl.AbsoluteUri + "/info/refs?service=git-upload-pack"), Stop);
        while (clock.PendingTimers == 0) await Task.Yield();
        Assert.False(asking.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await asking).StatusCode);
    }

    [Theory]
    [InlineData("devops.git/../secret.git/info/refs?service=git-upload-pack")]
    [InlineData("secret.git/info/refs?service=git-upload-pack")]
    [InlineData("..%2fdevops.git/info/refs?service=git-upload-pack")]
    [InlineData("devops.git/../../home/gitconfig")]
    [InlineData("devops.git/hooks/pre-receive")]
    public async Task Only_repositories_are_served_and_of_them_only_what_git_serves(string path)
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        await host.CreateAsync("devops", Seed(), Stop);
        using HttpClient client = new();

        var answer = await client.GetAsync(new Uri(host.Http + path), Stop);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Rewritten_history_loses_what_it_forgets()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        RepositorySeed seed = new();
        var first = seed.Commit(Draft("one"));
        seed.Commit(Draft("two"));
        seed.Tag("v1", first);
        var repository = await host.CreateAsync("devops", seed, Stop);
        var lost = (await repository.ResolveAsync("main", Stop))!;
        var kept = (await repository.ResolveAsync("v1", Stop))!;

        await repository.ForceAsync("main", kept, Stop, forget: true);

        Assert.Equal(kept, await repository.ResolveAsync("main", Stop));
        Assert.Null(await repository.ResolveAsync(lost, Stop));
        Assert.Equal("one", await repository.ReadTextAsync(kept, "a.txt", Stop));
    }

    [Fact]
    public async Task Names_resolve_as_git_has_them_and_nothing_else_does()
    {
        RealGit.Need();
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", Seed(), Stop);
        var tip = (await repository.ResolveAsync("HEAD", Stop))!;

        Assert.Equal(tip, await repository.ResolveAsync("main", Stop));
        Assert.Equal(tip, await repository.ResolveAsync(tip[..7], Stop));
        Assert.Equal(tip, await repository.ResolveAsync("refs/heads/main", Stop));
        Assert.NotEqual(tip, await repository.ResolveAsync("v1", Stop));
        Assert.Null(await repository.ResolveAsync("main~1", Stop));
        Assert.Null(await repository.ResolveAsync("main\nHEAD", Stop));
        Assert.Null(await repository.ResolveAsync("--help", Stop));
        Assert.Null(await repository.ResolveAsync("nowhere", Stop));
        var commit = (await repository.DescribeAsync(tip, Stop))!;
        Assert.Equal(("Ana <ana@example.com>", Monday, "two\n"), (commit.Author, commit.Date, commit.Message));
        Assert.Equal(TimeSpan.FromHours(2), commit.Date.Offset);
    }

    [Fact]
    public async Task The_servers_git_knows_nothing_of_the_users_configuration()
    {
        RealGit.Need();
        await git.RunAsync("", "config --global init.defaultBranch trunk");
        await using var host = await GitHost.StartAsync(new GitHostOptions(), Stop);
        var repository = await host.CreateAsync("devops", null, Stop);

        Assert.Equal("refs/heads/main", await git.RunAsync(repository.Location, "symbolic-ref HEAD"));
    }

    [Fact]
    public async Task Nothing_is_left_behind()
    {
        RealGit.Need();
        string location;
        await using (var host = await GitHost.StartAsync(new GitHostOptions(), Stop))
        {
            var repository = await host.CreateAsync("devops", Seed(), Stop);
            location = repository.Location;
            Assert.NotNull(await repository.ResolveAsync("main", Stop));
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(Path.GetDirectoryName(location))));
    }

    private static RepositorySeed Seed()
    {
        RepositorySeed seed = new();
        seed.Tag("v1", seed.Commit(Draft("one")), "the first\n");
        seed.Commit(Draft("two"));
        return seed;
    }

    private static CommitDraft Draft(string content) => new(Ana, Monday, content + "\n", [new FileChange("a.txt", content)]);
}
