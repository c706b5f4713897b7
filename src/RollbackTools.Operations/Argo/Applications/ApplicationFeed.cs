using System.Threading.Channels;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// An application watched in the background: whoever waits gets each of its states in turn, so that an operation which another follows
/// at once is not overlooked, or after a moment the same one again.
/// </summary>
internal sealed class ApplicationFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<ArgoApplication?> changes = Channel.CreateUnbounded<ArgoApplication?>();
    private readonly ApplicationName name;
    private readonly TimeProvider time;
    private readonly Task watching;
    private ArgoApplication? newest;

    public ApplicationFeed(IArgoCd argo, ApplicationName name, TimeProvider time)
    {
        (this.name, this.time) = (name, time);
        watching = Task.Run(() => WatchAsync(argo));
    }

    /// <summary>
    /// The application after its next change, or as it was when there is none for a second: time passing is news to some. Throws
    /// DeletedMeanwhile, or what ended the watch.
    /// </summary>
    public async Task<ArgoApplication> NextAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource moment = new(TimeSpan.FromSeconds(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(moment.Token, cancellation);
        try
        {
            Take(await changes.Reader.ReadAsync(newest is null ? cancellation : either.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing new.
        }
        catch (ChannelClosedException broken)
        {
            throw broken.InnerException ?? new EstateException(EstateErrorKind.Unreachable, $"The watch of {name} in {name.Namespace} ended.");
        }

        return newest!;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    private void Take(ArgoApplication? application) => newest = application
        ?? throw new RollbackException("DeletedMeanwhile", $"{name} in {name.Namespace} was deleted by somebody else meanwhile.") { Target = $"{name} in {name.Namespace}" };

    private async Task WatchAsync(IArgoCd argo)
    {
        try
        {
            await foreach (var now in argo.WatchAsync(name, stop.Token)) changes.Writer.TryWrite(now);
            changes.Writer.TryComplete();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            changes.Writer.TryComplete();
        }
        catch (Exception broken)
        {
            // Whatever it was, nobody waits for what never comes.
            changes.Writer.TryComplete(broken as EstateException ?? new EstateException(EstateErrorKind.Server, $"The watch of {name} in {name.Namespace} broke: {broken.Message}", broken));
        }
    }
}
