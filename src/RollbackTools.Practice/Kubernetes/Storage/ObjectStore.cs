using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace RollbackTools.Practice.Kubernetes.Storage;

public enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change, in the order of <see cref="Version"/>. <see cref="Previous"/> lets a selector watch see objects leave it.</summary>
public sealed record StoreEvent(StoreEventType Type, StoredObject Object, StoredObject? Previous, long Version);

/// <summary>The objects of one kind at one moment, ordered by namespace and name, with the version to watch from.</summary>
public sealed record StoreSnapshot(ImmutableArray<StoredObject> Items, long Version);

/// <summary>
/// What etcd is to a real API server: versioned objects, optimistic writes, and a log of changes to watch.
/// It knows metadata (uid, resourceVersion, generation, deletion) and nothing else; validation and defaulting are the API's.
/// Thread-safe; every write gets the next resourceVersion.
/// </summary>
public sealed class ObjectStore(TimeProvider time)
{
    private const int LogCapacity = 100_000;

    private readonly object gate = new();
    private readonly Dictionary<ResourceType, ImmutableSortedDictionary<string, StoredObject>> kinds = [];
    private readonly Queue<StoreEvent> log = new();
    private readonly List<Subscription> subscriptions = [];
    private long version = 1;
    private long oldest = 1;

    /// <summary>The version of the newest write.</summary>
    public long Version
    {
        get { lock (gate) return version; }
    }

    public StoredObject? Find(ResourceType type, string? ns, string name)
    {
        lock (gate) return Kind(type).GetValueOrDefault(Key(ns, name));
    }

    public StoreSnapshot List(ResourceType type, string? ns = null)
    {
        ImmutableSortedDictionary<string, StoredObject> all;
        long at;
        lock (gate) (all, at) = (Kind(type), version);
        var items = ns is null ? all.Values : all.Values.Where(item => item.Namespace == ns);
        return new StoreSnapshot([.. items], at);
    }

    /// <summary>
    /// Adds an object. Fills uid, creationTimestamp, resourceVersion, generation and (from generateName) name.
    /// Throws <see cref="StoreConflictException"/> when the name is taken.
    /// </summary>
    public StoredObject Create(ResourceType type, JsonObject body)
    {
        var meta = Metadata(body);
        lock (gate)
        {
            var name = (string?)meta["name"] ?? GenerateName((string)meta["generateName"]!);
            var ns = type.Namespaced ? (string?)meta["namespace"] ?? "default" : null;
            if (Kind(type).ContainsKey(Key(ns, name)))
                throw new StoreConflictException(StoreConflict.AlreadyExists, $"{type} \"{name}\" already exists");

            meta["name"] = name;
            if (ns is not null) meta["namespace"] = ns;
            meta["uid"] ??= Guid.NewGuid().ToString();
            meta["creationTimestamp"] ??= Timestamp(time.GetUtcNow());
            if (type.HasGeneration) meta["generation"] = 1;
            return Commit(StoreEventType.Added, type, ns, name, body, previous: null);
        }
    }

    /// <summary>
    /// Reads, changes, writes: <paramref name="change"/> gets a fresh copy and returns false to leave things as they are.
    /// With <paramref name="ifVersion"/> the write happens only at that version (else <see cref="StoreConflictException"/>).
    /// A changed <c>spec</c> bumps generation. Returns null when there is no such object. The change runs under the store's
    /// lock: keep it short, and never call the store from it.
    /// </summary>
    public StoredObject? Update(ResourceType type, string? ns, string name, Func<JsonObject, bool> change, long? ifVersion = null)
    {
        lock (gate)
        {
            if (Kind(type).GetValueOrDefault(Key(ns, name)) is not { } current) return null;
            if (ifVersion is { } wanted && wanted != current.Version)
                throw new StoreConflictException(StoreConflict.Stale,
                    $"Operation cannot be fulfilled on {type} \"{name}\": the object has been modified; " +
                    "please apply your changes to the latest version and try again");

            var body = current.Copy();
            if (!change(body)) return current;

            var meta = Metadata(body);
            if (type.HasGeneration && !JsonNode.DeepEquals(body["spec"], current.Read["spec"]))
                meta["generation"] = ((long?)current.Read["metadata"]!["generation"] ?? 0) + 1;
            if (JsonNode.DeepEquals(body, current.Read)) return current;

            // An object being deleted goes when its last finalizer does, or when its grace period is set to nothing.
            if (meta["deletionTimestamp"] is not null && (meta["finalizers"] as JsonArray)?.Count is null or 0
                && (long?)meta["deletionGracePeriodSeconds"] is null or 0)
                return Remove(current, body);

            return Commit(StoreEventType.Modified, type, ns, name, body, current);
        }
    }

    /// <summary>
    /// Deletes. With finalizers or a grace period above zero the object is only marked (deletionTimestamp) and the caller's
    /// controllers finish the job by a second delete with no grace. Returns the last state, or null when there is none.
    /// </summary>
    public StoredObject? Delete(ResourceType type, string? ns, string name, int graceSeconds = 0, long? ifVersion = null, string? ifUid = null)
    {
        lock (gate)
        {
            if (Kind(type).GetValueOrDefault(Key(ns, name)) is not { } current) return null;
            var uid = (string?)current.Read["metadata"]!["uid"];
            if ((ifVersion is { } v && v != current.Version) || (ifUid is not null && ifUid != uid))
                throw new StoreConflictException(StoreConflict.Precondition,
                    $"Precondition failed: object {type} \"{name}\" (uid {uid}, resourceVersion {current.Version}) is not the one named");

            var body = current.Copy();
            var meta = Metadata(body);
            if (graceSeconds == 0 && (meta["finalizers"] as JsonArray)?.Count is null or 0) return Remove(current, body);
            if (meta["deletionTimestamp"] is not null) return current;

            meta["deletionTimestamp"] = Timestamp(time.GetUtcNow().AddSeconds(graceSeconds));
            meta["deletionGracePeriodSeconds"] = graceSeconds;
            return Commit(StoreEventType.Modified, type, ns, name, body, current);
        }
    }

    /// <summary>
    /// Changes after <paramref name="after"/>, in order, until cancelled; all kinds when <paramref name="type"/> is null.
    /// Subscribed before this returns, so nothing between a List and a Watch is lost.
    /// Throws <see cref="StoreConflictException"/> (Expired) when the log no longer reaches back that far.
    /// </summary>
    public IAsyncEnumerable<StoreEvent> Watch(ResourceType? type, long after, CancellationToken cancellation)
    {
        var channel = Channel.CreateUnbounded<StoreEvent>(new UnboundedChannelOptions { SingleReader = true });
        Subscription subscription = new(type, channel.Writer);
        lock (gate)
        {
            if (after < oldest - 1 || after > version)
                throw new StoreConflictException(StoreConflict.Expired, $"too old resource version: {after} ({oldest})");
            foreach (var past in log.Where(e => e.Version > after && (type is null || e.Object.Type == type)))
                channel.Writer.TryWrite(past);
            subscriptions.Add(subscription);
        }

        return ReadAsync();

        async IAsyncEnumerable<StoreEvent> ReadAsync()
        {
            try
            {
                while (await WaitAsync())
                    while (channel.Reader.TryRead(out var next))
                        yield return next;
            }
            finally
            {
                lock (gate) subscriptions.Remove(subscription);
            }
        }

        async ValueTask<bool> WaitAsync()
        {
            try
            {
                return await channel.Reader.WaitToReadAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    /// <summary>Forgets the change log, as etcd compaction does: watches from before now get 410.</summary>
    public void Compact()
    {
        lock (gate)
        {
            log.Clear();
            oldest = version + 1;
        }
    }

    /// <summary>RFC 3339 at whole seconds, as metav1.Time is written.</summary>
    public static string Timestamp(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private static JsonObject Metadata(JsonObject body)
    {
        if (body["metadata"] is JsonObject meta) return meta;
        meta = [];
        body["metadata"] = meta;
        return meta;
    }

    private static string Key(string? ns, string name) => $"{ns}/{name}";

    private static string GenerateName(string prefix)
    {
        const string alphabet = "bcdfghjklmnpqrstvwxz2456789";
        return prefix + new string(Random.Shared.GetItems<char>(alphabet, 5));
    }

    private ImmutableSortedDictionary<string, StoredObject> Kind(ResourceType type) =>
        kinds.GetValueOrDefault(type) ?? ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    private StoredObject Commit(StoreEventType what, ResourceType type, string? ns, string name, JsonObject body, StoredObject? previous)
    {
        var stored = Freeze(type, ns, name, body);
        kinds[type] = Kind(type).SetItem(Key(ns, name), stored);
        Publish(new StoreEvent(what, stored, previous, stored.Version));
        return stored;
    }

    private StoredObject Remove(StoredObject current, JsonObject body)
    {
        var last = Freeze(current.Type, current.Namespace, current.Name, body);
        kinds[current.Type] = Kind(current.Type).Remove(Key(current.Namespace, current.Name));
        Publish(new StoreEvent(StoreEventType.Deleted, last, current, last.Version));
        return last;
    }

    private StoredObject Freeze(ResourceType type, string? ns, string name, JsonObject body)
    {
        version++;
        body["apiVersion"] = type.ApiVersion;
        body["kind"] = type.Kind;
        Metadata(body)["resourceVersion"] = version.ToString();
        var labels = (body["metadata"]!["labels"] as JsonObject)?.ToDictionary(pair => pair.Key, pair => (string?)pair.Value ?? "");
        return new StoredObject(type, ns, name, version, JsonSerializer.SerializeToUtf8Bytes(body), labels ?? []);
    }

    private void Publish(StoreEvent change)
    {
        log.Enqueue(change);
        while (log.Count > LogCapacity)
        {
            oldest = log.Dequeue().Version + 1;
        }

        foreach (var subscription in subscriptions.Where(s => s.Type is null || s.Type == change.Object.Type))
            subscription.Writer.TryWrite(change);
    }

    private sealed record Subscription(ResourceType? Type, ChannelWriter<StoreEvent> Writer);
}
