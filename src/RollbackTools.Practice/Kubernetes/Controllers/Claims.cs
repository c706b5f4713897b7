using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>
/// Whose is whose, by selector: an owner takes what matches and belongs to nobody (after an orphaning deletion), and lets go what
/// it controls but no longer selects (a pod set aside by changing its labels).
/// </summary>
internal sealed class Claims(ObjectStore store, ClusterCache cache)
{
    /// <summary>The objects of one kind the owner controls after claiming; what was taken or let go is written.</summary>
    public List<StoredObject> Claim(StoredObject owner, ResourceType kind)
    {
        var selector = owner.Read.At("spec", "selector");
        var controlled = cache.Controlled(kind, owner.Uid());
        if (owner.Deleting()) return controlled;
        foreach (var stranger in controlled.Where(child => !LabelSelector.Matches(selector, child.Labels)).ToList())
        {
            Release(owner, stranger);
            controlled.Remove(stranger);
        }

        foreach (var orphan in cache.Orphans(kind, owner.Namespace))
        {
            if (LabelSelector.Matches(selector, orphan.Labels) && !orphan.Deleting() && Adopt(owner, orphan) is { } adopted) controlled.Add(adopted);
        }

        return controlled;
    }

    /// <summary>The owners of one kind that would take this orphan.</summary>
    public IEnumerable<ObjectKey> Takers(StoredObject orphan, ResourceType kind) => store.List(kind, orphan.Namespace).Items
        .Where(owner => LabelSelector.Matches(owner.Read.At("spec", "selector"), orphan.Labels)).Select(owner => owner.Key());

    private StoredObject? Adopt(StoredObject owner, StoredObject orphan) =>
        store.Update(orphan.Type, orphan.Namespace, orphan.Name, body =>
        {
            var meta = body.Child("metadata");
            if (meta["ownerReferences"] is not JsonArray owners) meta["ownerReferences"] = owners = [];
            owners.Add((JsonNode)owner.OwnerReference());
            return true;
        }, orphan.Version);

    private void Release(StoredObject owner, StoredObject child) =>
        store.Update(child.Type, child.Namespace, child.Name, body =>
        {
            var kept = body.Items("metadata", "ownerReferences").Where(tie => tie.Text("uid") != owner.Uid()).Select(tie => tie.DeepClone());
            body["metadata"]!["ownerReferences"] = new JsonArray([.. kept]);
            return true;
        }, child.Version);
}
