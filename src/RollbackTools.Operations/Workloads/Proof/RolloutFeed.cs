using System.Collections.Concurrent;
using System.Threading.Channels;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>One thing that happened to a watched workload: itself, one of its pods, or its end.</summary>
internal sealed record RolloutChange
{
    public Workload? Workload { get; init; }

    public Pod? Pod { get; init; }

    public bool Deleted { get; init; }

    /// <summary>The watch itself was refused.</summary>
    public EstateException? Broken { get; init; }
}

/// <summary>
/// Watches the workloads of one kind in one namespace, and their pods, once for however many targets there are: two connections
/// for a fleet, limited to the one workload when it is alone.
/// </summary>
internal sealed class RolloutFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, Channel<RolloutChange>> byName = new();
    private readonly ConcurrentDictionary<string, string> nameByOwner = new();
    private readonly Task watching;

    public RolloutFeed(ICluster cluster, WorkloadKind kind, string ns, IReadOnlyList<WorkloadSnapshot> targets)
    {
        foreach (var target in targets)
        {
            byName[target.Name] = Channel.CreateUnbounded<RolloutChange>();
            if (WorkloadReader.HasReplicaSets(kind))
                foreach (var revision in target.Revisions) nameByOwner[revision.Uid] = target.Name;
            else
                nameByOwner[target.Object.Metadata.Uid] = target.Name;
        }

        var alone = targets.Count == 1 ? targets[0] : null;
        var objects = alone is null ? ListFilter.None : ListFilter.Named(alone.Name);
        var pods = alone is null ? ListFilter.None : new ListFilter { LabelSelector = alone.Selector.ToString() };
        watching = Task.WhenAll(
            GuardAsync(() => WatchObjectsAsync(cluster, kind, ns, objects, alone is null ? targets[0].ListVersion : alone.Object.Metadata.ResourceVersion)),
            GuardAsync(() => WatchPodsAsync(cluster, ns, pods, targets.Select(target => target.PodsVersion).FirstOrDefault())));
    }

    public ChannelReader<RolloutChange> Changes(string name) => byName[name].Reader;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    private async Task GuardAsync(Func<Task> watch)
    {
        try
        {
            await watch();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (EstateException broken)
        {
            foreach (var channel in byName.Values) channel.Writer.TryWrite(new RolloutChange { Broken = broken });
        }
    }

    private async Task WatchObjectsAsync(ICluster cluster, WorkloadKind kind, string ns, ListFilter filter, string? from)
    {
        await foreach (var change in cluster.WatchAsync(WorkloadSnapshot.ResourceOf(kind), ns, filter, from, stop.Token))
        {
            if (change.Type == WatchEventType.Snapshot)
            {
                var seen = change.Snapshot.ToDictionary(item => item.Metadata.Name);
                foreach (var (name, channel) in byName)
                    channel.Writer.TryWrite(seen.TryGetValue(name, out var item) ? new RolloutChange { Workload = item } : new RolloutChange { Deleted = true });
            }
            else if (byName.TryGetValue(change.Object!.Metadata.Name, out var channel))
            {
                channel.Writer.TryWrite(new RolloutChange { Workload = change.Object, Deleted = change.Type == WatchEventType.Deleted });
            }
        }
    }

    private async Task WatchPodsAsync(ICluster cluster, string ns, ListFilter filter, string? from)
    {
        await foreach (var change in cluster.WatchAsync(Resources.Pods, ns, filter, from, stop.Token))
        {
            var pods = change.Type == WatchEventType.Snapshot ? change.Snapshot : [change.Object!];
            foreach (var pod in pods)
            {
                if (Target(pod) is { } name && byName.TryGetValue(name, out var channel))
                    channel.Writer.TryWrite(new RolloutChange { Pod = pod, Deleted = change.Type == WatchEventType.Deleted });
            }
        }
    }

    // A ReplicaSet made after we read the history is recognised by its name: <workload>-<pod-template-hash>.
    private string? Target(Pod pod)
    {
        if (pod.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller) is not { } owner) return null;
        if (nameByOwner.TryGetValue(owner.Uid, out var name)) return name;
        if (owner.Kind != "ReplicaSet" || owner.Name.LastIndexOf('-') is not (> 0 and var dash)) return null;
        name = owner.Name[..dash];
        return byName.ContainsKey(name) ? nameByOwner.GetOrAdd(owner.Uid, name) : null;
    }
}
