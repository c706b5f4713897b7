using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;

/// <summary>Empties a namespace that is being deleted, then lets it go.</summary>
public sealed class NamespaceController(ControllerContext context) : Controller(context)
{
    private const string Finalizer = "kubernetes";

    public override IReadOnlyList<ResourceType>? Watches => null;

    public override void Observe(StoreEvent change)
    {
        var item = change.Object;
        if (item.Type == Resources.Namespaces)
        {
            if (change.Type == StoreEventType.Deleted || item.Deleting()) Enqueue(item.Key());
        }
        else if (change.Type == StoreEventType.Deleted && item.Namespace is { } ns
            && Store.Find(Resources.Namespaces, null, ns) is { } owner && owner.Deleting())
        {
            Enqueue(owner.Key());
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        var space = Store.Find(Resources.Namespaces, null, key.Name);
        if (space is not null && !space.Deleting()) return;
        var left = 0;
        foreach (var kind in Context.Catalog.Types.Where(kind => kind.Namespaced))
        {
            foreach (var item in Store.List(kind, key.Name).Items)
            {
                left++;
                if (kind == Resources.Pods) Store.DeletePod(item);
                else Store.Delete(kind, item.Namespace, item.Name);
            }
        }

        if (space is null) return;
        if (left > 0)
        {
            Store.Update(Resources.Namespaces, null, key.Name, body =>
            {
                body.Child("status")["phase"] = "Terminating";
                return true;
            });

            // Deletions that were immediate are seen by their events; look again in any case.
            EnqueueAfter(key, Context.Tempo.Retry);
            return;
        }

        Store.Update(Resources.Namespaces, null, key.Name, body =>
        {
            if (body.At("metadata", "finalizers") is JsonArray finalizers)
                body["metadata"]!["finalizers"] = new JsonArray([.. finalizers.Where(f => f.Text() != Finalizer).Select(f => f!.DeepClone())]);
            return true;
        });
    }
}
