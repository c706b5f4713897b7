using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Tests.Operations.Argo;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Operations.Git.Commits;

public sealed class CommitLookupTests
{
    private static readonly string A = new('a', 40);

    [Fact]
    public async Task Git_is_asked_where_Argo_CD_does_not_tell()
    {
        LogOnly git = new() { Commits = [new GitCommit { Id = A, Subject = "break it", Author = new GitSignature("Ada", "ada@example.com", DateTimeOffset.UnixEpoch) }] };

        var found = await FindAsync(git, "https://git.example.com/shop.git", "main");

        Assert.Equal(new ArgoCommit("Ada <ada@example.com>", DateTimeOffset.UnixEpoch, "break it"), found[A]);
        Assert.Equal(("https://git.example.com/shop.git", "main"), (git.Opened, git.Branch));
    }

    [Fact]
    public async Task Git_that_is_down_leaves_the_history_without_subjects() =>
        Assert.Empty(await FindAsync(new LogOnly { Down = new EstateException(EstateErrorKind.Unreachable, "down") }, "https://git.example.com/shop.git", "HEAD"));

    [Theory]
    [InlineData("/etc")]
    [InlineData("file:///etc")]
    [InlineData("ext::sh -c id")]
    [InlineData("http://git.example.com/shop.git")]
    public async Task An_address_that_is_no_safe_remote_is_not_followed(string url)
    {
        LogOnly git = new();

        Assert.Empty(await FindAsync(git, url, "main"));
        Assert.Null(git.Opened);
    }

    private static async Task<IReadOnlyDictionary<string, ArgoCommit>> FindAsync(LogOnly git, string url, string target)
    {
        var application = Apps.Of($$"""{"source":{"repoURL":"{{url}}","path":"p","targetRevision":"{{target}}"} }""");
        FakeArgoCd argo = new();
        return await new CommitLookup(new OnlyArgoAndGit(argo, git), new ManualTimeProvider()).FindAsync(application, [A], TestContext.Current.CancellationToken);
    }

    private sealed class OnlyArgoAndGit(IArgoCd argo, IGit git) : IEstate
    {
        public string Name => "fake";

        public EstateOptions Connection { get; } = new();

        public T Port<T>()
            where T : class => new object[] { argo, git }.OfType<T>().FirstOrDefault() ?? throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>A repository of which only the log is asked.</summary>
    private sealed class LogOnly : IGit, IGitRepository
    {
        public IReadOnlyList<GitCommit> Commits { get; init; } = [];

        public EstateException? Down { get; init; }

        public string? Opened { get; private set; }

        public string? Branch { get; private set; }

        public string Url => Opened ?? "";

        public string? WorkingCopy => null;

        public Task<IGitRepository> OpenAsync(string location, CancellationToken cancellation)
        {
            Opened = location;
            return Task.FromResult<IGitRepository>(this);
        }

        public Task<GitBranch> ReadBranchAsync(string? name, CancellationToken cancellation)
        {
            Branch = name;
            return Down is null ? Task.FromResult(new GitBranch(name ?? "main", A)) : throw Down;
        }

        public Task<GitLog> ReadLogAsync(GitBranch branch, IReadOnlyList<string> paths, int limit, CancellationToken cancellation) => Task.FromResult(new GitLog(Commits, true));

        public Task<GitCommit> FindCommitAsync(GitBranch branch, string revision, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<bool> ContainsAsync(GitBranch branch, string commit, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<GitFile?> ReadFileAsync(string commit, string path, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<GitEntry>> ListAsync(string commit, string directory, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<GitTag>> ListTagsAsync(string pattern, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<GitCommit>> ReadAfterAsync(GitBranch branch, string commit, string text, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<TaggedCommit>> ReadTagsAsync(IReadOnlyList<GitTag> tags, int limit, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<string> WriteCommitAsync(CommitDraft draft, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<RevertedTree> RevertAsync(RevertRequest request, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<string> WriteTagAsync(TagDraft draft, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<PushOutcome> PushAsync(IReadOnlyList<RefUpdate> updates, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
