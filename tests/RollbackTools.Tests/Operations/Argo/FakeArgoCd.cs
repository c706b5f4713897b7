using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Argo;

/// <summary>An Argo CD whose application is what a test says, one state after the other.</summary>
internal sealed class FakeArgoCd : IArgoCd
{
    private readonly Channel<ArgoApplication?> states = Channel.CreateUnbounded<ArgoApplication?>();

    public List<string> Asked { get; } = [];

    public ArgoApplication? Now { get; private set; }

    public string Server => "fake";

    public void Show(ArgoApplication? application)
    {
        Now = application;
        states.Writer.TryWrite(application);
    }

    /// <summary>The watch throws this next.</summary>
    public void Break(Exception why) => states.Writer.TryComplete(why);

    public bool CanRunHooks(ArgoApplication application, ApplicationVersion? version) => true;

    /// <summary>Nothing is compared on request.</summary>
    public bool Refuse { get; set; }

    public Task<ArgoApplication> GetAsync(ApplicationName name, ArgoRefresh refresh, CancellationToken cancellation)
    {
        if (refresh != ArgoRefresh.None)
        {
            Asked.Add("refresh");
            if (Refuse) throw new EstateException(EstateErrorKind.Overloaded, "the controller is busy");
        }

        return Task.FromResult(Now ?? throw new EstateException(EstateErrorKind.NotFound, "gone"));
    }

    public Task<IReadOnlyList<ArgoApplication>> ListAsync(string? ns, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ArgoApplication>>(Now is null ? [] : [Now]);

    public async IAsyncEnumerable<ArgoApplication?> WatchAsync(ApplicationName name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var state in states.Reader.ReadAllAsync(cancellation)) yield return state;
    }

    public Task<ArgoApplication> ChangeAsync(ArgoApplication read, ApplicationChange change, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ArgoApplication> StartSyncAsync(ArgoApplication read, SyncRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    public Task TerminateAsync(ArgoApplication read, CancellationToken cancellation)
    {
        Asked.Add("terminate");
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<SyncWindow>> GetWindowsAsync(ArgoApplication application, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SyncWindow>>([]);

    public Task<ArgoCommit?> DescribeAsync(ArgoApplication application, string revision, CancellationToken cancellation) => Task.FromResult<ArgoCommit?>(null);
}

/// <summary>Notes what it is told.</summary>
internal sealed class NotedReporter : IOperationReporter
{
    public List<string> Progressed { get; } = [];

    public void Verbose(string message)
    {
    }

    public void Warning(string message)
    {
    }

    public void IfStopped(string about, string? message)
    {
    }

    public void Progress(ProgressReport progress)
    {
        lock (Progressed) Progressed.Add(progress.Status);
    }

    public Task<Decision> DecideAsync(Proposal proposal, CancellationToken cancellation) => Task.FromResult(Decision.GoAhead);
}
