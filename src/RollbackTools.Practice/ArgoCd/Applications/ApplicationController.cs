using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Projects;
using RollbackTools.Practice.ArgoCd.Sync;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>
/// Argo CD's application controller: carries out operations, keeps status true, syncs what is automatic. Rendering happens away
/// from the control loop; everything else in it.
/// </summary>
public sealed class ApplicationController : Controller
{
    private const int DeepestOwner = 8;

    private readonly ArgoCdOptions options;
    private readonly TrackedObjects tracked = new();
    private readonly Dictionary<ObjectKey, AppWork> works = [];
    private readonly ConcurrentDictionary<ObjectKey, Comparison> compared = new();
    private readonly OperationProcessor operations;
    private readonly Refresher refresher;
    private volatile bool down;

    public ApplicationController(ControllerContext context, ObjectWriter writer, ArgoCdOptions options) : base(context)
    {
        this.options = options;
        ProjectFinder projects = new(context.Store, options.Namespace);
        Comparer comparer = new(context, tracked);
        refresher = new Refresher(context, options, projects, comparer, new AutoSync(context, Enqueue), Enqueue);
        operations = new OperationProcessor(context, options, projects, comparer, new ObjectApplier(context, writer), writer, Enqueue);
    }

    /// <summary>All kinds: anything may belong to an application.</summary>
    public override IReadOnlyList<ResourceType>? Watches => null;

    /// <summary>Whether it is down: operations are never picked up, status stays as it is. May be set from anywhere.</summary>
    public bool Down
    {
        get => down;
        set
        {
            down = value;
            if (value) return;
            foreach (var application in Store.List(ArgoResources.Applications).Items) Enqueue(application.Key());
        }
    }

    /// <summary>The comparison that status tells of. May be asked from anywhere.</summary>
    internal Comparison? Compared(ObjectKey application) => compared.GetValueOrDefault(application);

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == ArgoResources.Applications) ObserveApplication(change);
        else if (change.Object.Type == ArgoResources.AppProjects) EnqueueAll(change.Object.Name);
        foreach (var application in tracked.Observe(change)) LiveChanged(application);

        // A pod that comes or goes may change the images that run.
        if (change.Object.Type == Resources.Pods && change.Type != StoreEventType.Modified && Root(change.Object) is { } owner) LiveChanged(owner);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Find(key) is not { } application)
        {
            works.Remove(key);
            compared.TryRemove(key, out _);
            return;
        }

        if (down || application.Stored.Annotation(ArgoNames.SkipReconcile) == "true") return;
        var work = WorkOf(key);
        if (application.Operation is not null)
        {
            if (operations.Process(application, work) is { } again) Wake(key, work, again);
            if ((application = Find(key)) is null) return;
        }
        else if (application.Stored.Deleting())
        {
            TakeDown(application);
            return;
        }

        refresher.Refresh(application, work);
        if (work.Comparison is { } comparison) compared[key] = comparison;
        Wake(key, work, refresher.Period());
    }

    private ApplicationView? Find(ObjectKey key) =>
        Store.Find(ArgoResources.Applications, key.Namespace, key.Name) is { } found ? new ApplicationView(found, options.Namespace) : null;

    private AppWork WorkOf(ObjectKey key)
    {
        if (!works.TryGetValue(key, out var work)) works[key] = work = new AppWork();
        return work;
    }

    private void ObserveApplication(StoreEvent change)
    {
        Enqueue(change.Object.Key());

        // Switching automation on is a reason to look now, not at the next period.
        if (change.Type == StoreEventType.Modified && change.Previous is { } before
            && ((ApplicationView.Automates(change.Object.Read) && !ApplicationView.Automates(before.Read)) || (Heals(change.Object) && !Heals(before))))
            WorkOf(change.Object.Key()).Want(RefreshLevel.Latest);

        static bool Heals(StoredObject item) =>
            ApplicationView.Automates(item.Read) && item.Read.Flag("spec", "syncPolicy", "automated", "selfHeal");
    }

    private void EnqueueAll(string project)
    {
        foreach (var application in Store.List(ArgoResources.Applications).Items)
        {
            if (new ApplicationView(application, options.Namespace).Project != project) continue;
            WorkOf(application.Key()).Want(RefreshLevel.Recent);
            Enqueue(application.Key());
        }
    }

    private void LiveChanged(string instance)
    {
        var key = instance.IndexOf('_') is > 0 and var at
            ? new ObjectKey(instance[..at], instance[(at + 1)..])
            : new ObjectKey(options.Namespace, instance);
        WorkOf(key).Want(RefreshLevel.Recent);
        Enqueue(key);
    }

    /// <summary>The application of the object that controls this one in the end.</summary>
    private string? Root(StoredObject item)
    {
        for (var depth = 0; depth < DeepestOwner; depth++)
        {
            if (TrackedObjects.ApplicationOf(item) is { } application) return application;
            if (item.Controller() is not { } owner || Context.Catalog.FindKind(owner.Text("apiVersion"), owner.Text("kind") ?? "") is not { } kind) return null;
            if (Store.Find(kind, kind.Namespaced ? item.Namespace : null, owner.Text("name") ?? "") is not { } next) return null;
            item = next;
        }

        return null;
    }

    /// <summary>With the resources finalizer, everything it deployed goes first.</summary>
    private void TakeDown(ApplicationView application)
    {
        var finalizers = application.Json.At("metadata", "finalizers") as JsonArray;
        if (finalizers?.Any(Cascades) != true) return;
        var left = 0;
        foreach (var (type, key) in tracked.Of(application.Instance))
        {
            if (Store.Find(type, key.Namespace, key.Name) is not { } live) continue;
            left++;
            if (!live.Deleting()) Context.DeleteWithDependents(live, foreground: true);
        }

        if (left > 0) return;
        Store.Update(ArgoResources.Applications, application.Key.Namespace, application.Key.Name, body =>
        {
            body["metadata"]!["finalizers"] = new JsonArray([.. finalizers.Where(one => !Cascades(one)).Select(one => one?.DeepClone())]);
            return true;
        });

        static bool Cascades(JsonNode? finalizer) => finalizer.Text()?.StartsWith(ArgoNames.ResourcesFinalizer, StringComparison.Ordinal) == true;
    }

    /// <summary>Looks again after so long, unless it does so sooner anyway.</summary>
    private void Wake(ObjectKey key, AppWork work, TimeSpan delay)
    {
        var at = Context.Now + delay;
        if (work.WakeAt is { } set && set > Context.Now && set <= at) return;
        work.WakeAt = at;
        EnqueueAfter(key, delay);
    }
}
