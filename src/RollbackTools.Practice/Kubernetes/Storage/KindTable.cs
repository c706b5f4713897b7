using System.Collections.Immutable;

namespace RollbackTools.Practice.Kubernetes.Storage;

/// <summary>
/// The objects of one kind, sorted by key. Lists share one array until the next write: reading ten thousand pods copies nothing.
/// Not thread-safe: the store's lock guards it.
/// </summary>
internal sealed class KindTable
{
    private readonly Dictionary<string, StoredObject> byKey = new(StringComparer.Ordinal);
    private readonly SortedSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<StoredObject>> byNamespace = new(StringComparer.Ordinal);
    private ImmutableArray<StoredObject> all = [];

    public ImmutableArray<StoredObject> All
    {
        get
        {
            if (all.IsDefault) all = [.. names.Select(key => byKey[key])];
            return all;
        }
    }

    public ImmutableArray<StoredObject> InNamespace(string ns)
    {
        if (byNamespace.TryGetValue(ns, out var items)) return items;

        // '0' follows '/': every key of the namespace lies between the two.
        items = [.. names.GetViewBetween(ns + "/", ns + "0").Where(key => byKey[key].Namespace == ns).Select(key => byKey[key])];
        return byNamespace[ns] = items;
    }

    public StoredObject? Find(string key) => byKey.GetValueOrDefault(key);

    public void Set(StoredObject stored)
    {
        byKey[stored.Key] = stored;
        names.Add(stored.Key);
        Changed(stored);
    }

    public void Remove(StoredObject stored)
    {
        byKey.Remove(stored.Key);
        names.Remove(stored.Key);
        Changed(stored);
    }

    private void Changed(StoredObject stored)
    {
        all = default;
        if (stored.Namespace is { } ns) byNamespace.Remove(ns);
    }
}
