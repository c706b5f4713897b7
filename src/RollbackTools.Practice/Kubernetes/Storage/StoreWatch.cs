using System.Threading.Channels;

namespace RollbackTools.Practice.Kubernetes.Storage;

/// <summary>One open watch on the store: changes in order, from the version it was opened at until it is disposed.</summary>
public sealed class StoreWatch : IDisposable
{
    private readonly Channel<StoreEvent> channel =
        Channel.CreateUnbounded<StoreEvent>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });

    private readonly Func<StoreEvent, bool>? filter;
    private readonly Action<StoreWatch> close;

    internal StoreWatch(ResourceType? type, Func<StoreEvent, bool>? filter, Action<StoreWatch> close) =>
        (Type, this.filter, this.close) = (type, filter, close);

    public ChannelReader<StoreEvent> Events => channel.Reader;

    internal ResourceType? Type { get; }

    public void Dispose()
    {
        close(this);
        channel.Writer.TryComplete();
    }

    internal void Offer(StoreEvent change)
    {
        if ((Type is null || ReferenceEquals(Type, change.Object.Type)) && (filter is null || filter(change)))
            channel.Writer.TryWrite(change);
    }
}
