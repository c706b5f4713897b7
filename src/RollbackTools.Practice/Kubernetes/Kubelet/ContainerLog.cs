using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>What one instance of a container wrote. Thread-safe; the oldest lines go when it grows too long.</summary>
internal sealed class ContainerLog
{
    private const int Capacity = 10_000;

    private readonly object gate = new();
    private readonly Queue<PodLogLine> lines = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long written;
    private bool closed;

    public void Write(DateTimeOffset time, string text)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            lines.Enqueue(new PodLogLine(time, text));
            written++;
            if (lines.Count > Capacity) lines.Dequeue();
            signal = Renew();
        }

        signal.TrySetResult();
    }

    /// <summary>The instance ended: followers end too.</summary>
    public void Close()
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            closed = true;
            signal = Renew();
        }

        signal.TrySetResult();
    }

    /// <summary>The lines from number <paramref name="from"/> (0 is the first ever written), where to go on, and what to wait for.</summary>
    public (IReadOnlyList<PodLogLine> Lines, long Next, bool Closed, Task Changed) Read(long from)
    {
        lock (gate)
        {
            var skip = Math.Max(0, from - (written - lines.Count));
            return ([.. lines.Skip((int)Math.Min(skip, lines.Count))], written, closed, changed.Task);
        }
    }

    private TaskCompletionSource Renew()
    {
        var signal = changed;
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return signal;
    }
}
