namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>
/// Work that takes its time away from the control loop, such as rendering manifests from a repository. The loop goes on meanwhile,
/// but nothing has settled while an errand is under way. Thread-safe.
/// </summary>
public sealed class Errands(Action wake, Action<Exception> failed)
{
    private readonly object gate = new();
    private readonly HashSet<Task> underWay = [];
    private readonly CancellationTokenSource stopping = new();

    public bool Any
    {
        get { lock (gate) return underWay.Count > 0; }
    }

    /// <summary>
    /// Starts one. It leaves its result where its controller looks and queues the object as the last thing it does; what it throws
    /// is a fault of ours.
    /// </summary>
    public void Start(Func<CancellationToken, Task> errand)
    {
        lock (gate)
        {
            var task = Task.Run(() => RunAsync(errand));
            underWay.Add(task);
            _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Calls all of them off and waits until they are.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        Task[] left;
        lock (gate) left = [.. underWay];
        await Task.WhenAll(left);
    }

    private async Task RunAsync(Func<CancellationToken, Task> errand)
    {
        try
        {
            await errand(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The cluster is going down.
        }
        catch (Exception error)
        {
            failed(error);
        }
    }

    private void Forget(Task task)
    {
        lock (gate) underWay.Remove(task);
        wake();
    }
}
