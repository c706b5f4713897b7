using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>Who belongs to whom, kept from the watch so that no controller scans a namespace. Used by the control loop only.</summary>
public sealed class ClusterCache
{
    private readonly Dictionary<string, Dictionary<(ResourceType, ObjectKey), StoredObject>> children = [];
    private readonly Dictionary<string, string[]> ownersOf = [];
    private readonly Dictionary<(ResourceType, ObjectKey), StoredObject> orphans = [];

    public void Apply(StoreEvent change)
    {
        var item = change.Object;
        var uid = item.Uid();
        if (change.Type == StoreEventType.Deleted)
        {
            Forget(item, uid, []);
            ownersOf.Remove(uid);
            orphans.Remove((item.Type, item.Key()));
            return;
        }

        string[] owners = [.. item.Read.Items("metadata", "ownerReferences").Select(owner => owner.Text("uid")).OfType<string>()];
        Forget(item, uid, owners);
        ownersOf[uid] = owners;
        if (item.Type == Resources.Pods || item.Type == Resources.ReplicaSets)
        {
            if (item.Controller() is null) orphans[(item.Type, item.Key())] = item;
            else orphans.Remove((item.Type, item.Key()));
        }

        foreach (var owner in owners)
        {
            if (!children.TryGetValue(owner, out var family)) children[owner] = family = [];
            family[(item.Type, item.Key())] = item;
        }
    }

    /// <summary>Whether an object with this uid exists.</summary>
    public bool Exists(string uid) => ownersOf.ContainsKey(uid);

    /// <summary>Everything that names this owner, as it was last seen.</summary>
    public IReadOnlyCollection<StoredObject> Children(string owner) =>
        children.TryGetValue(owner, out var family) ? family.Values : [];

    /// <summary>The objects of one kind this owner controls, oldest first.</summary>
    public List<StoredObject> Controlled(ResourceType type, string owner)
    {
        if (!children.TryGetValue(owner, out var family)) return [];
        List<StoredObject> found = new(family.Count);
        foreach (var child in family.Values)
        {
            if (child.Type == type && child.Controller().Text("uid") == owner) found.Add(child);
        }

        found.Sort(OldestFirst);
        return found;
    }

    /// <summary>Pods or ReplicaSets nobody controls.</summary>
    public List<StoredObject> Orphans(ResourceType kind, string? ns) =>
        orphans.Count == 0 ? [] : [.. orphans.Values.Where(orphan => orphan.Type == kind && orphan.Namespace == ns)];

    /// <summary>By creationTimestamp (whole seconds), then name: the order the real controllers break ties in.</summary>
    public static int OldestFirst(StoredObject a, StoredObject b)
    {
        var byAge = string.CompareOrdinal(a.Created(), b.Created());
        return byAge != 0 ? byAge : string.CompareOrdinal(a.Name, b.Name);
    }

    /// <summary>Takes the object out of the families of owners it no longer names.</summary>
    private void Forget(StoredObject item, string uid, string[] kept)
    {
        foreach (var owner in ownersOf.GetValueOrDefault(uid, []))
        {
            if (kept.Contains(owner) || !children.TryGetValue(owner, out var family)) continue;
            family.Remove((item.Type, item.Key()));
            if (family.Count == 0) children.Remove(owner);
        }
    }
}
