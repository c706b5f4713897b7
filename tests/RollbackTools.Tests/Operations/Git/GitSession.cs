using RollbackTools.Integrations.Git;
using RollbackTools.Integrations.Kustomize;
using RollbackTools.Operations;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Integrations.Git.Support;

namespace RollbackTools.Tests.Operations.Git;

/// <summary>A Git host, and an operator with run records and no cluster.</summary>
internal sealed class GitSession(string objectFormat = "sha1") : IDisposable, IOperationReporter, IEstateProvider
{
    public const string Overlay = "k8s/overlays/prod";
    public const string File = Overlay + "/kustomization.yaml";
    public const string Pinned = "# prod\nimages:\n- name: backend # by CI\n  newName: reg/backend\n  newTag: v2\n";

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("rollbacktools-tests-");

    public GitHost Host { get; } = new(objectFormat: objectFormat);

    public RunStore Runs => new(_state.FullName, TimeProvider.System, Catalogue.Journal);

    public Decision Decision { get; set; } = Decision.GoAhead;

    public List<Proposal> Proposals { get; } = [];

    /// <summary>Called around each push with whether it has happened; throws what stops the process.</summary>
    public Func<bool, Task> AtPush { get; set; } = _ => Task.CompletedTask;

    public KustomizeImageRequest Pin(string tag = "v1", string image = "backend") => new()
    {
        Repository = Host.Url,
        Overlay = Overlay,
        Pin = new ImagePin { Name = image, Tag = tag },
        Reason = "INC-1",
    };

    public GitRevertRequest Revert(params string[] commits) => new() { Repository = Host.Url, Commits = commits, Reason = "INC-1" };

    public async Task<GitChange> RunAsync(OperationRequest request)
    {
        await using var estate = Open(new EstateOptions { WithoutCluster = true, EstateName = "prod" }, _ => { });
        return await OneAsync(new OperationRunner(estate, Runs, this, TimeProvider.System).RunAsync(request, CancellationToken.None));
    }

    public Task<GitChange> ResumeAsync(string run) => OneAsync(Recovery.ResumeAsync(run, CancellationToken.None));

    public async Task<RollbackResult> UndoAsync(string run)
    {
        List<RollbackResult> results = [];
        await foreach (var result in Recovery.UndoAsync(run, CancellationToken.None)) results.Add(result);
        return Assert.Single(results);
    }

    public IEstate Open(EstateOptions options, Action<string> warn) => new Estate(this, options);

    public IReadOnlyList<string> ContextNames(string? kubeconfig) => [];

    public EnvironmentFile? FindEnvironmentFile(string? path, string directory) => null;

    public void Verbose(string message)
    {
    }

    public void Warning(string message)
    {
    }

    public void Progress(ProgressReport progress)
    {
    }

    public void IfStopped(string subject, string? message)
    {
    }

    public Task<Decision> DecideAsync(Proposal proposal, CancellationToken cancellation)
    {
        Proposals.Add(proposal);
        return Task.FromResult(Decision);
    }

    public void Dispose()
    {
        Host.Dispose();
        _state.Delete(recursive: true);
    }

    private RunRecovery Recovery => new(this, Runs, this, TimeProvider.System);

    private static async Task<GitChange> OneAsync(IAsyncEnumerable<RollbackResult> results)
    {
        List<RollbackResult> all = [];
        await foreach (var result in results) all.Add(result);
        return Assert.IsType<GitChange>(Assert.Single(all));
    }

    private sealed class Estate(GitSession session, EstateOptions options) : IEstate, IGit
    {
        public string Name => options.EstateName ?? "";

        public EstateOptions Connection => options;

        public T Port<T>()
            where T : class => new object[] { this, new KustomizeFiles() }.OfType<T>().FirstOrDefault()
                ?? throw new InvalidOperationException($"Git needs no {typeof(T).Name}.");

        public async Task<IGitRepository> OpenAsync(string location, CancellationToken cancellation) =>
            new Watched(await new GitClient(session.Host.Machine.Host()).OpenAsync(location, cancellation), session);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Watched(IGitRepository inner, GitSession session) : IGitRepository
    {
        public string Url => inner.Url;

        public string? WorkingCopy => inner.WorkingCopy;

        public Task<GitBranch> ReadBranchAsync(string? name, CancellationToken cancellation) => inner.ReadBranchAsync(name, cancellation);

        public Task<GitCommit> FindCommitAsync(GitBranch branch, string revision, CancellationToken cancellation) => inner.FindCommitAsync(branch, revision, cancellation);

        public Task<GitLog> ReadLogAsync(GitBranch branch, IReadOnlyList<string> paths, int limit, CancellationToken cancellation) => inner.ReadLogAsync(branch, paths, limit, cancellation);

        public Task<bool> ContainsAsync(GitBranch branch, string commit, CancellationToken cancellation) => inner.ContainsAsync(branch, commit, cancellation);

        public Task<GitFile?> ReadFileAsync(string commit, string path, CancellationToken cancellation) => inner.ReadFileAsync(commit, path, cancellation);

        public Task<IReadOnlyList<GitEntry>> ListAsync(string commit, string directory, CancellationToken cancellation) => inner.ListAsync(commit, directory, cancellation);

        public Task<IReadOnlyList<GitTag>> ListTagsAsync(string pattern, CancellationToken cancellation) => inner.ListTagsAsync(pattern, cancellation);

        public Task<IReadOnlyList<GitCommit>> ReadAfterAsync(GitBranch branch, string commit, string text, CancellationToken cancellation) => inner.ReadAfterAsync(branch, commit, text, cancellation);

        public Task<IReadOnlyList<TaggedCommit>> ReadTagsAsync(IReadOnlyList<GitTag> tags, int limit, CancellationToken cancellation) => inner.ReadTagsAsync(tags, limit, cancellation);

        public Task<string> WriteCommitAsync(CommitDraft draft, CancellationToken cancellation) => inner.WriteCommitAsync(draft, cancellation);

        public Task<RevertedTree> RevertAsync(RevertRequest request, CancellationToken cancellation) => inner.RevertAsync(request, cancellation);

        public Task<string> WriteTagAsync(TagDraft draft, CancellationToken cancellation) => inner.WriteTagAsync(draft, cancellation);

        public async Task<PushOutcome> PushAsync(IReadOnlyList<RefUpdate> updates, CancellationToken cancellation)
        {
            await session.AtPush(false);
            var outcome = await inner.PushAsync(updates, cancellation);
            await session.AtPush(true);
            return outcome;
        }
    }
}
