using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;

/// <summary>
/// Deletes what belongs to owners that are gone (background), lets owners wait for their dependents (finalizer
/// foregroundDeletion), or cuts the tie (finalizer orphan).
/// </summary>
public sealed class GarbageCollector(ControllerContext context) : Controller(context)
{
    private const string Orphan = "orphan";

    private readonly Dictionary<ObjectKey, StoredObject> waiting = [];

    public override IReadOnlyList<ResourceType>? Watches => null;

    public override void Observe(StoreEvent change)
    {
        var item = change.Object;
        if (item.Type == Resources.Events) return;
        if (change.Type == StoreEventType.Deleted)
        {
            foreach (var child in Cache.Children(item.Uid())) Look(child);
            foreach (var owner in item.Read.Items("metadata", "ownerReferences"))
            {
                // A foreground owner may have waited for this one.
                if (waiting.TryGetValue(new ObjectKey("uid", owner.Text("uid") ?? ""), out var patient)) Look(patient);
            }

            waiting.Remove(new ObjectKey("uid", item.Uid()));
        }
        else if (item.Deleting() && HasFinalizer(item, Deletion.Foreground, Orphan)
            || (change.Type == StoreEventType.Added && item.Read.Items("metadata", "ownerReferences").Any(Gone)))
        {
            Look(item);
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (!waiting.TryGetValue(key, out var seen)) return;
        var item = Store.Find(seen.Type, seen.Namespace, seen.Name);
        if (item is null || item.Uid() != seen.Uid())
        {
            waiting.Remove(key);
            return;
        }

        if (item.Deleting() && HasFinalizer(item, Orphan)) Release(item);
        else if (item.Deleting() && HasFinalizer(item, Deletion.Foreground)) CollectFirst(item);
        else Collect(item, key);
    }

    private void Look(StoredObject item)
    {
        var key = new ObjectKey("uid", item.Uid());
        waiting[key] = item;
        Enqueue(key);
    }

    private bool Gone(JsonObject owner) => owner.Text("uid") is not { } uid || !Cache.Exists(uid);

    private static bool HasFinalizer(StoredObject item, params string[] names) =>
        item.Read.At("metadata", "finalizers") is JsonArray finalizers && finalizers.Any(one => names.Contains(one.Text()));

    /// <summary>No owner left: delete. Some left: forget those that are gone.</summary>
    private void Collect(StoredObject item, ObjectKey key)
    {
        waiting.Remove(key);
        var owners = item.Read.Items("metadata", "ownerReferences").ToList();
        if (owners.Count == 0 || !owners.Any(Gone)) return;
        if (owners.TrueForAll(Gone)) Delete(item, foreground: false);
        else Store.Update(item.Type, item.Namespace, item.Name, body => Keep(body, owner => !Gone(owner)));
    }

    private void CollectFirst(StoredObject owner)
    {
        var blocking = Cache.Children(owner.Uid()).Where(child => Blocks(child, owner)).ToList();
        foreach (var child in Cache.Children(owner.Uid()).Where(child => !child.Deleting()).ToList()) Delete(child, foreground: true);
        if (blocking.Count == 0) RemoveFinalizer(owner, Deletion.Foreground);
    }

    private static bool Blocks(StoredObject child, StoredObject owner) =>
        child.Read.Items("metadata", "ownerReferences").Any(tie => tie.Text("uid") == owner.Uid() && tie.Flag("blockOwnerDeletion"));

    private void Release(StoredObject owner)
    {
        foreach (var child in Cache.Children(owner.Uid()).ToList())
            Store.Update(child.Type, child.Namespace, child.Name, body => Keep(body, tie => tie.Text("uid") != owner.Uid()));
        RemoveFinalizer(owner, Orphan);
    }

    private void Delete(StoredObject item, bool foreground) => Context.DeleteWithDependents(item, foreground);

    private void RemoveFinalizer(StoredObject item, string name) => Store.Update(item.Type, item.Namespace, item.Name, body =>
    {
        if (body.At("metadata", "finalizers") is not JsonArray finalizers) return false;
        body["metadata"]!["finalizers"] = new JsonArray([.. finalizers.Where(one => one.Text() != name).Select(one => one!.DeepClone())]);
        return true;
    });

    private static bool Keep(JsonObject body, Func<JsonObject, bool> keep)
    {
        var kept = body.Items("metadata", "ownerReferences").Where(keep).Select(tie => tie.DeepClone()).ToArray();
        var meta = body.Child("metadata");
        if (kept.Length == 0) meta.Remove("ownerReferences");
        else meta["ownerReferences"] = new JsonArray(kept);
        return true;
    }
}
