using System.Text;
using RollbackTools.Integrations.Git;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Practice.Git;
using RollbackTools.Tests.Integrations.Git.Support;
using RollbackTools.Tests.Integrations.Support;
using CommitDraft = RollbackTools.Operations.Estate.Git.CommitDraft;
using PracticeDraft = RollbackTools.Practice.Git.CommitDraft;
using PracticeHost = RollbackTools.Practice.Git.GitHost;

namespace RollbackTools.Tests.Integrations.Git;

/// <summary>Against the practice Git host over smart HTTP, which asks for a name and a token.</summary>
public sealed class OverHttpTests : IAsyncLifetime
{
    private const string Token = "practice-token-1234567890";

    private readonly TestMachine _machine = new();
    private PracticeHost _host = null!;
    private GitRepository _repository = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(GitTool.Executable is null, "There is no git on PATH.");
        _machine.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "";
        _host = await PracticeHost.StartAsync(new GitHostOptions { Users = new Dictionary<string, string> { ["olga"] = Token } }, Stop);
        RepositorySeed seed = new();
        GitAuthor ana = new("Ana", "ana@example.com");
        seed.Commit(new PracticeDraft(ana, DateTimeOffset.UnixEpoch.AddYears(55), "one\n", [new FileChange("a.txt", "one")]));
        seed.Commit(new PracticeDraft(ana, DateTimeOffset.UnixEpoch.AddYears(56), "two\n", [new FileChange("a.txt", "two")]));
        _repository = await _host.CreateAsync("team/app", seed, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        _machine.Dispose();
    }

    [Fact]
    public async Task The_users_credential_helper_is_used_for_reading_and_for_pushing()
    {
        Helper(Token);
        var repository = await OpenAsync(_repository.HttpUrl.AbsoluteUri);
        var branch = await repository.ReadBranchAsync(null, Stop);
        var commit = await repository.FindCommitAsync(branch, "~0", Stop);
        var reverted = await repository.RevertAsync(new RevertRequest(branch.Tip, [commit], null), Stop);

        var revert = await repository.WriteCommitAsync(new CommitDraft { Parent = branch.Tip, Tree = reverted.Tree, Message = "back" }, Stop);
        var outcome = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, revert)], Stop);

        Assert.Equal(PushResult.Pushed, outcome.Result);
        Assert.Equal("one", await _repository.ReadTextAsync((await _repository.ResolveAsync("main", Stop))!, "a.txt", Stop));
    }

    [Fact]
    public async Task Credentials_in_a_working_copys_remote_are_used_and_stay_out_of_texts()
    {
        Helper("nothing");
        var url = new UriBuilder(_repository.HttpUrl) { UserName = "olga", Password = Token }.Uri.AbsoluteUri;
        _machine.Write("copy/.git/HEAD", "ref: refs/heads/main\n");
        _machine.Write("copy/.git/config", $"[core]\n\trepositoryformatversion = 0\n[remote \"origin\"]\n\turl = {url}\n");
        foreach (var folder in (string[])["objects", "refs"]) Directory.CreateDirectory(Path.Combine(_machine.Home, "copy", ".git", folder));

        var repository = await OpenAsync(Path.Combine(_machine.Home, "copy"));

        Assert.Equal("main", (await repository.ReadBranchAsync(null, Stop)).Name);
        Assert.DoesNotContain(Token, repository.Url);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_machine.Home, ".cache"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Token, await File.ReadAllTextAsync(file, Stop));
    }

    [Fact]
    public async Task A_pipelines_header_in_a_working_copys_configuration_is_used_and_is_no_argument()
    {
        _machine.Write(".gitconfig", "");
        var header = Convert.ToBase64String(Encoding.UTF8.GetBytes($"olga:{Token}"));
        _machine.Write("copy/.git/HEAD", "ref: refs/heads/main\n");
        _machine.Write("copy/.git/config",
            $"[core]\n\trepositoryformatversion = 0\n[remote \"origin\"]\n\turl = {_repository.HttpUrl}\n[http \"{_host.Http}\"]\n\textraheader = AUTHORIZATION: basic {header}\n");
        foreach (var folder in (string[])["objects", "refs"]) Directory.CreateDirectory(Path.Combine(_machine.Home, "copy", ".git", folder));
        var seen = Path.Combine(_machine.Home, "seen");
        _machine.WriteScript("bin/git", $"printf '%s\\n' \"$@\" >> '{seen}'\nGIT_TRACE='{seen}' exec {GitTool.Executable} \"$@\"");
        _machine.Variables["PATH"] = $"{_machine.Home}/bin:{Environment.GetEnvironmentVariable("PATH")}";

        var repository = await OpenAsync(Path.Combine(_machine.Home, "copy"));

        Assert.Equal("main", (await repository.ReadBranchAsync(null, Stop)).Name);
        Assert.Contains("remote-http", await File.ReadAllTextAsync(seen, Stop));
        Assert.DoesNotContain(header, await File.ReadAllTextAsync(seen, Stop));
    }

    [Theory]
    [InlineData("wrong-token-1234567890")]
    [InlineData(null)]
    public async Task Without_the_right_token_it_is_unauthenticated_and_says_how_to_sign_in(string? token)
    {
        if (token is not null) Helper(token);
        else _machine.Write(".gitconfig", "");
        var repository = await OpenAsync(_repository.HttpUrl.AbsoluteUri);

        var error = await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync(null, Stop));

        Assert.Equal(EstateErrorKind.Unauthenticated, error.Kind);
        Assert.NotNull(error.Recommendation);
        if (token is not null) Assert.DoesNotContain(token, error.ToString());
    }

    [Fact]
    public async Task Credentials_for_one_host_are_not_told_to_another_it_redirects_to()
    {
        Helper(Token);
        using RefusingServer elsewhere = new();
        await using var redirecting = (await ApiServer.StartAsync(null)).Otherwise(context =>
        {
            context.Response.Redirect($"http://127.0.0.1:{elsewhere.Port}{context.Request.Path}{context.Request.QueryString}");
            return Task.CompletedTask;
        });
        var repository = await OpenAsync(new UriBuilder(redirecting.Address) { Path = "team/app.git", UserName = "olga", Password = "secret-of-the-first" }.Uri.AbsoluteUri);

        var error = await Assert.ThrowsAsync<EstateException>(() => repository.ReadBranchAsync("main", Stop));

        Assert.Equal(EstateErrorKind.Unauthenticated, error.Kind);
        Assert.NotEmpty(redirecting.Requests);
        Assert.Empty(elsewhere.Authorizations);
    }

    [Fact]
    public async Task A_protected_branch_and_a_host_that_is_away_are_told_apart()
    {
        Helper(Token);
        _repository.Rules.Protect("main");
        var repository = await OpenAsync(_repository.HttpUrl.AbsoluteUri);
        var branch = await repository.ReadBranchAsync("main", Stop);
        var commit = await repository.WriteCommitAsync(
            new CommitDraft { Parent = branch.Tip, Message = "m", Changes = new Dictionary<string, ReadOnlyMemory<byte>?> { ["b"] = "b"u8.ToArray() } }, Stop);

        var refused = await repository.PushAsync([RefUpdate.Branch("main", branch.Tip, commit)], Stop);
        _repository.Reachable = false;
        var error = await Assert.ThrowsAsync<EstateException>(() => repository.PushAsync([RefUpdate.Branch("other", null, commit)], Stop));

        Assert.Equal(PushResult.Rejected, refused.Result);
        Assert.Contains(refused.Messages, line => line.Contains("GH006", StringComparison.Ordinal));
        Assert.Equal(EstateErrorKind.Overloaded, error.Kind); // It answers 503 while it is away.
    }

    private Task<IGitRepository> OpenAsync(string location) => new GitClient(_machine.Host()).OpenAsync(location, Stop);

    private void Helper(string token) => _machine.Write(".gitconfig",
        $"[user]\n name = Olga\n email = olga@example.com\n[credential]\n helper = \"!f() {{ echo username=olga; echo password={token}; }}; f\"\n");
}
