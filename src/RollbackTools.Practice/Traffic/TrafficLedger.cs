namespace RollbackTools.Practice.Traffic;

/// <summary>One request that a pod has served.</summary>
/// <param name="At">When it was served.</param>
/// <param name="Service">The Service it came through.</param>
/// <param name="Status">As the customer saw it.</param>
/// <param name="Hash">The pod's <c>rollouts-pod-template-hash</c>; empty when it has none.</param>
public sealed record ServedRequest(DateTimeOffset At, string Namespace, string Service, string Pod, int Status, string Hash);

/// <summary>What a Prometheus that scrapes every pod would know of the last minutes. Thread-safe.</summary>
public sealed class TrafficLedger
{
    // An hour of a busy drill; older requests fall off the front.
    private const int Most = 200_000;

    private readonly object gate = new();
    private readonly Queue<ServedRequest> requests = [];

    public void Add(ServedRequest request)
    {
        lock (gate)
        {
            requests.Enqueue(request);
            if (requests.Count > Most) requests.Dequeue();
        }
    }

    public IReadOnlyList<ServedRequest> Since(DateTimeOffset since)
    {
        lock (gate) return [.. requests.Where(request => request.At >= since)];
    }
}
