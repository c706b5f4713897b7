using RollbackTools.Integrations.Git;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Integrations.Git.Support;

namespace RollbackTools.Tests.Integrations.Git;

public sealed class HostileTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Theory]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("-b")]
    [InlineData("refs/heads/main")]
    [InlineData("main:refs/heads/other")]
    [InlineData("+main")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a@{1}")]
    [InlineData("a~1")]
    [InlineData("a^")]
    [InlineData(".hidden")]
    [InlineData("a/.b")]
    [InlineData("a.lock")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("")]
    [InlineData("HEAD")]
    [InlineData("*")]
    public void Names_that_are_something_else_are_refused(string name)
    {
        Assert.Throws<FormatException>(() => GitNames.Branch(name));
        Assert.Throws<FormatException>(() => GitNames.Tag(name));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("release/v1.2.3")]
    [InlineData("feature/ä-ö")]
    [InlineData("a-b_c.d")]
    public void Names_that_Git_allows_are_taken(string name) => Assert.Equal(name, GitNames.Branch(name));

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\x")]
    [InlineData("-rf")]
    [InlineData(":(top)x")]
    [InlineData(".git/hooks/post-update")]
    [InlineData("a/.GIT/config")]
    [InlineData("a\nb")]
    [InlineData("a//b")]
    public void Paths_that_lead_elsewhere_are_refused(string path) => Assert.Throws<FormatException>(() => GitNames.Path(path));

    [Theory]
    [InlineData("k8s/prod/", "k8s/prod")]
    [InlineData("./k8s", "k8s")]
    [InlineData(".", "")]
    [InlineData("k8s\\prod", "k8s/prod")]
    public void Paths_are_written_in_one_way(string path, string expected) => Assert.Equal(expected, GitNames.Path(path));

    [Theory]
    [InlineData("ext::sh -c 'touch /tmp/x'")]
    [InlineData("fd::3")]
    [InlineData("evil::https://host/x")]
    [InlineData("-u")]
    [InlineData("--upload-pack=x")]
    [InlineData("ssh://-oProxyCommand=x/repo")]
    [InlineData("ssh://-x@host/repo")]
    [InlineData("ftp://host/repo")]
    [InlineData("https://host/a\nb")]
    [InlineData("-oProxyCommand=x:repo")]
    public void Locations_that_could_run_something_are_refused(string location)
    {
        var error = Assert.Throws<EstateException>(() => GitLocation.Parse(location));

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
    }

    [Theory]
    [InlineData("https://host/a.git", "https://host/a.git")]
    [InlineData("https://user:s3cret-token@host/a.git", "https://host/a.git")]
    [InlineData("git@github.com:team/app.git", "git@github.com:team/app.git")]
    [InlineData("ssh://git@host:2222/team/app.git", "ssh://git@host:2222/team/app.git")]
    [InlineData("ssh://git:s3cret@host/app.git", "ssh://git@host/app.git")]
    public void A_location_is_kept_without_its_secrets(string location, string url) => Assert.Equal(url, GitLocation.Parse(location).Url);

    [Fact]
    public async Task A_secret_in_a_url_is_in_no_argument_of_any_process_and_in_no_text()
    {
        using GitHost host = new();
        var seen = Path.Combine(host.Machine.Home, "seen");
        // Before the real git: notes its own arguments and those of the helper that speaks HTTP.
        var real = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(path => Path.Combine(path, "git")).First(File.Exists);
        host.Machine.WriteScript("bin/git", $"printf '%s\\n' \"$@\" >> '{seen}'\nGIT_TRACE='{seen}' exec {real} \"$@\"");
        host.Machine.Variables["PATH"] = $"{host.Machine.Home}/bin:{Environment.GetEnvironmentVariable("PATH")}";
        using RefusingServer server = new();
        var repository = await host.OpenAsync($"http://robot:gho_S3cretS3cret@127.0.0.1:{server.Port}/app.git");

        var error = await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync("main", Never));

        Assert.Equal(EstateErrorKind.Unauthenticated, error.Kind);
        Assert.Contains("Basic cm9ib3Q6Z2hvX1MzY3JldFMzY3JldA==", server.Authorizations); // robot:gho_S3cretS3cret
        Assert.Contains("remote-http", File.ReadAllText(seen));
        Assert.DoesNotContain("S3cret", File.ReadAllText(seen));
        Assert.DoesNotContain("S3cret", error.ToString());
        Assert.DoesNotContain("S3cret", repository.Url);
    }

    [Fact]
    public async Task A_secret_that_the_users_own_rule_puts_into_a_url_is_in_no_argument_either()
    {
        using GitHost host = new();
        var seen = Path.Combine(host.Machine.Home, "seen");
        var real = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(path => Path.Combine(path, "git")).First(File.Exists);
        host.Machine.WriteScript("bin/git", $"printf '%s\\n' \"$@\" >> '{seen}'\nGIT_TRACE='{seen}' exec {real} \"$@\"");
        host.Machine.Variables["PATH"] = $"{host.Machine.Home}/bin:{Environment.GetEnvironmentVariable("PATH")}";
        using RefusingServer server = new();
        var rules = File.ReadAllText(Path.Combine(host.Machine.Home, ".gitconfig"));
        host.Machine.Write(".gitconfig", $"{rules}[url \"http://robot:gho_S3cretS3cret@127.0.0.1:{server.Port}/\"]\n\tinsteadOf = http://127.0.0.1:{server.Port}/\n");

        var repository = await host.OpenAsync($"http://127.0.0.1:{server.Port}/app.git");
        var error = await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync("main", Never));

        Assert.Equal(EstateErrorKind.Unauthenticated, error.Kind);
        Assert.DoesNotContain("S3cret", error.ToString() + repository.Url);
        Assert.Contains("Basic cm9ib3Q6Z2hvX1MzY3JldFMzY3JldA==", server.Authorizations);
        Assert.Contains("remote-http", File.ReadAllText(seen));
        Assert.DoesNotContain("S3cret", File.ReadAllText(seen));

        host.Machine.Write(".gitconfig", $"{rules}[url \"http://robot:gho_S3cretS3cret@127.0.0.1:{server.Port}/\"]\n\tpushInsteadOf = http://127.0.0.1:{server.Port}/\n");
        var refused = await Assert.ThrowsAsync<EstateException>(() => host.OpenAsync($"http://127.0.0.1:{server.Port}/app.git"));
        Assert.Equal(EstateErrorKind.Configuration, refused.Kind);
        Assert.DoesNotContain("S3cret", refused.ToString());
    }

    [Theory]
    [InlineData("https://host/team/app.git?private_token=S3cretS3cret")]
    [InlineData("https://robot:S3cretS3cret@host/team/app.git?x=1")]
    public void A_token_in_a_query_is_refused_without_being_shown(string location)
    {
        var refused = Assert.Throws<RollbackException>(() => RepositoryName.WithoutSecret(location));
        Assert.Equal("SecretInUrl", refused.ErrorId);
        Assert.DoesNotContain("S3cret", refused.Message + refused.Target + RepositoryName.Shown(location));
        Assert.Contains("team/app.git?***", refused.Target);
        // Also where somebody else wrote it, such as an application's source or a working copy's remote.
        Assert.DoesNotContain("S3cret", Assert.Throws<EstateException>(() => GitLocation.Parse(location)).ToString());
        Assert.Equal("fatal: unable to access 'https://***@host/app.git?***': no", GitText.Redact("fatal: unable to access 'https://a:b@host/app.git?private_token=S3cretS3cret': no", []));
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_unreachable()
    {
        using GitHost host = new();
        var repository = await host.OpenAsync("http://127.0.0.1:1/app.git");

        Assert.Equal(EstateErrorKind.Unreachable, (await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync("main", Never))).Kind);
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_not_found()
    {
        using GitHost host = new();
        var repository = await host.OpenAsync(host.Url + "-gone");

        Assert.Equal(EstateErrorKind.NotFound, (await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync("main", Never))).Kind);
    }

    [Fact]
    public async Task Without_git_the_error_says_so()
    {
        using GitHost host = new();
        host.Machine.Variables["PATH"] = host.Machine.Home;
        var repository = await host.OpenAsync();

        var error = await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync("main", Never));

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.Contains("git is not on PATH", error.Message);
    }

    [Fact]
    public async Task Stopping_ends_a_push_that_hangs()
    {
        using GitHost host = new();
        host.Commit("a", "1");
        var started = Path.Combine(host.Machine.Home, "started");
        host.Hook("pre-receive", $"touch '{started}'; exec sleep 600");
        var repository = await host.OpenAsync();
        var branch = await repository.ReadBranchAsync("main", Never);
        var commit = await repository.WriteCommitAsync(new CommitDraft { Parent = branch.Tip, Message = "m", Changes = new Dictionary<string, ReadOnlyMemory<byte>?> { ["a"] = "2"u8.ToArray() } }, Never);
        using CancellationTokenSource stop = new();

        var pushing = repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], stop.Token);
        while (!File.Exists(started)) await Task.Delay(20, Never);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pushing);
        Assert.Equal(branch.Tip, host.Tip());
    }
}
