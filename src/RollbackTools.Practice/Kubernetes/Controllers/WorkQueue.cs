namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>
/// First in, first out, each object at most once per controller: what changed many times is looked at once. Anyone may add.
/// </summary>
internal sealed class WorkQueue(Action wake)
{
    private readonly object gate = new();
    private readonly Queue<(Controller Controller, ObjectKey Key)> queue = new();
    private readonly HashSet<(Controller Controller, ObjectKey Key)> waiting = [];

    public bool IsEmpty
    {
        get { lock (gate) return queue.Count == 0; }
    }

    public void Add(Controller controller, ObjectKey key)
    {
        lock (gate)
        {
            if (!waiting.Add((controller, key))) return;
            queue.Enqueue((controller, key));
        }

        wake();
    }

    public bool TryTake(out (Controller Controller, ObjectKey Key) work)
    {
        lock (gate)
        {
            if (!queue.TryDequeue(out work)) return false;
            waiting.Remove(work);
            return true;
        }
    }
}
