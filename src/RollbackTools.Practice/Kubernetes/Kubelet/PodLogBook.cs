using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>The logs of every container, of its current and its previous instance. Thread-safe.</summary>
public sealed class PodLogBook(TimeProvider time) : IPodLogs
{
    private readonly ConcurrentDictionary<(string Namespace, string Pod, string Container), (ContainerLog Current, ContainerLog? Previous)> logs = new();

    /// <summary>Adds a line to the running instance's log; dropped when the container has not started.</summary>
    public void Write(string ns, string pod, string container, string text)
    {
        if (logs.TryGetValue((ns, pod, container), out var log)) log.Current.Write(time.GetUtcNow(), text);
    }

    public async IAsyncEnumerable<PodLogLine> Read(PodLogRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var log = Find(request);
        var (lines, next, closed, changed) = log.Read(0);
        var wanted = lines.Where(line => request.Since is not { } since || line.Time >= since);
        if (request.TailLines is { } tail) wanted = wanted.TakeLast(tail);
        foreach (var line in wanted) yield return line;

        while (request.Follow && !request.Previous && !closed)
        {
            await changed.WaitAsync(cancellation);
            (lines, next, closed, changed) = log.Read(next);
            foreach (var line in lines) yield return line;
        }
    }

    /// <summary>A new instance starts: its log is empty, and the one before becomes the previous.</summary>
    internal void Start(string ns, string pod, string container) => logs.AddOrUpdate((ns, pod, container),
        _ => (new ContainerLog(), null), (_, former) => (new ContainerLog(), former.Current));

    /// <summary>The container waits for its next start: until then the instance that ended is also the previous one.</summary>
    internal void Rest(string ns, string pod, string container)
    {
        if (logs.TryGetValue((ns, pod, container), out var log)) logs[(ns, pod, container)] = (log.Current, log.Current);
    }

    internal void End(string ns, string pod, string container)
    {
        if (logs.TryGetValue((ns, pod, container), out var log)) log.Current.Close();
    }

    internal void Forget(string ns, string pod, string container)
    {
        if (logs.TryRemove((ns, pod, container), out var log)) log.Current.Close();
    }

    private ContainerLog Find(PodLogRequest request)
    {
        var known = logs.TryGetValue((request.Namespace, request.Pod, request.Container), out var log);
        if (request.Previous)
            return (known ? log.Previous : null) ?? throw new PodLogsUnavailableException(
                $"previous terminated container \"{request.Container}\" in pod \"{request.Pod}\" not found");
        return known ? log.Current : throw new PodLogsUnavailableException(
            $"container \"{request.Container}\" in pod \"{request.Pod}\" is waiting to start: ContainerCreating");
    }
}
