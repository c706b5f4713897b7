using System.Threading.Channels;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>A doorbell: rung from any thread, any number of times; answered once.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => bell.Writer.TryWrite(true);

    public void Reset() => bell.Reader.TryRead(out _);

    public Task WaitAsync(CancellationToken cancellation) => bell.Reader.WaitToReadAsync(cancellation).AsTask();
}
