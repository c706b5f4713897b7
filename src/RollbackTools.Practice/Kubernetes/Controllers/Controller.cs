using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>A controller failed in a way no controller should.</summary>
public sealed record ControllerFault(string Controller, ObjectKey Key, Exception Error);

/// <summary>
/// One rule of the cluster. It sees the changes of the kinds it watches, queues the objects to look at again, and brings each
/// one step nearer to what it should be. Every call comes from the control loop, one at a time.
/// </summary>
public abstract class Controller(ControllerContext context)
{
    private readonly Dictionary<ObjectKey, int> failures = [];

    /// <summary>The kinds whose changes it sees; null for all.</summary>
    public abstract IReadOnlyList<ResourceType>? Watches { get; }

    private readonly Claims claims = new(context.Store, context.Cache);

    protected ControllerContext Context { get; } = context;

    protected ObjectStore Store => Context.Store;

    protected ClusterCache Cache => Context.Cache;

    protected EventRecorder Events => Context.Events;

    /// <summary>Sees one change, in order; usually only queues.</summary>
    public abstract void Observe(StoreEvent change);

    /// <summary>Looks at one object. Called again with the same key until it finds nothing to do.</summary>
    protected abstract void Reconcile(ObjectKey key);

    /// <summary>Reconciles; a conflict or a refusal is tried again later, further apart each time.</summary>
    internal void Work(ObjectKey key)
    {
        try
        {
            Reconcile(key);
            failures.Remove(key);
        }
        catch (Exception error)
        {
            // Conflicts and refusals are the ordinary life of a controller; anything else is a fault of ours, kept for whoever asks.
            if (error is not (StoreConflictException or PodRefusedException)) Context.Faults.Add(new ControllerFault(GetType().Name, key, error));
            var attempt = failures[key] = failures.GetValueOrDefault(key) + 1;
            var factor = Math.Min(Math.Pow(2, attempt - 1), 1000);
            EnqueueAfter(key, Context.Tempo.Retry * factor);
        }
    }

    protected void Enqueue(ObjectKey key) => Context.Queue.Add(this, key);

    protected void EnqueueAfter(ObjectKey key, TimeSpan delay) => Context.Agenda.In(delay, () => Enqueue(key));

    /// <summary>The objects of one kind this owner controls, after taking orphans it selects and letting go what it no longer does.</summary>
    private protected List<StoredObject> Claim(StoredObject owner, ResourceType kind) => claims.Claim(owner, kind);

    /// <summary>Queues the controlling owner when it is of this kind; for an orphan, whoever would take it.</summary>
    protected void EnqueueOwner(StoredObject child, ResourceType kind)
    {
        if (child.Controller() is null)
        {
            foreach (var taker in claims.Takers(child, kind)) Enqueue(taker);
            return;
        }

        if (child.Controller() is { } owner && owner.Text("kind") == kind.Kind && owner.Text("name") is { } name)
            Enqueue(new ObjectKey(child.Namespace, name));
    }
}
