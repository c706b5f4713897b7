using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>
/// Runs all controllers, one step at a time: see every change, do what is due, look at one object, and again. One thread of
/// control makes the cluster repeatable and its caches never older than its own writes.
/// </summary>
public sealed class ControlLoop : IAsyncDisposable
{
    private readonly ControllerContext context;
    private readonly IReadOnlyList<Controller> controllers;
    private readonly Dictionary<ResourceType, Controller[]> interested = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly object gate = new();
    private readonly List<TaskCompletionSource> settlers = [];
    private StoreWatch? watch;
    private Task? changed;
    private Task? woken;
    private Task? running;

    public ControlLoop(ControllerContext context, IReadOnlyList<Controller> controllers) =>
        (this.context, this.controllers) = (context, controllers);

    /// <summary>When there is next something to do, if nothing changes: for clocks that jump there.</summary>
    public DateTimeOffset? NextDue { get; private set; }

    /// <summary>Reads what exists, then follows it.</summary>
    public void Start(IEnumerable<ResourceType> kinds)
    {
        // Events are half of all writes and no controller's business.
        watch = context.Store.Open(null, context.Store.Version, static change => change.Object.Type != Resources.Events);
        foreach (var item in kinds.SelectMany(kind => context.Store.List(kind).Items))
            See(new StoreEvent(StoreEventType.Added, item, null, item.Version));
        running = Task.Run(RunAsync);
    }

    /// <summary>
    /// Completes when every change so far has been seen and there is nothing left to do until something changes or time passes.
    /// Fails with what a controller failed with.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellation = default)
    {
        TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate) settlers.Add(settled);
        context.Wake.Set();
        var loop = running ?? throw new InvalidOperationException("The control loop has not been started.");
        if (await Task.WhenAny(settled.Task, loop).WaitAsync(cancellation) == loop) await loop;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (running is not null) await running;
        await context.Errands.StopAsync();
        watch?.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            context.Wake.Reset();
            while (watch!.Events.TryRead(out var change)) See(change);
            RunDue();
            if (context.Queue.TryTake(out var work))
            {
                work.Controller.Work(work.Key);
                continue;
            }

            NextDue = context.Agenda.Next;
            if (!Settled()) continue;
            await IdleAsync();
        }
    }

    private void See(StoreEvent change)
    {
        context.Cache.Apply(change);
        if (!interested.TryGetValue(change.Object.Type, out var audience))
        {
            audience = [.. controllers.Where(c => c.Watches is null || c.Watches.Contains(change.Object.Type))];
            interested[change.Object.Type] = audience;
        }

        foreach (var controller in audience)
        {
            try
            {
                controller.Observe(change);
            }
            catch (Exception error)
            {
                // A fault of ours must not stop the whole cluster; it is kept for whoever asks.
                context.Faults.Add(new ControllerFault(controller.GetType().Name, change.Object.Key(), error));
            }
        }
    }

    private void RunDue()
    {
        try
        {
            context.Agenda.RunDue();
        }
        catch (Exception error)
        {
            context.Faults.Add(new ControllerFault(nameof(Agenda), default, error));
        }
    }

    private bool Settled()
    {
        lock (gate)
        {
            if (settlers.Count == 0) return true;

            // Asked first: an errand queues what follows from it before it is over.
            var busy = context.Errands.Any;
            if (watch!.Events.TryPeek(out _) || context.Agenda.HasDue || !context.Queue.IsEmpty) return false;
            if (busy) return true;
            foreach (var settler in settlers) settler.TrySetResult();
            settlers.Clear();
            return true;
        }
    }

    private async Task IdleAsync()
    {
        changed ??= watch!.Events.WaitToReadAsync(stopping.Token).AsTask();
        woken ??= context.Wake.WaitAsync(stopping.Token);
        await Task.WhenAny(changed, woken);
        if (changed.IsCompleted) changed = null;
        if (woken.IsCompleted) woken = null;
    }
}
