using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

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
    private const int LogCapacity = 30_000;

    // What Go's encoder writes as it is, and what it escapes, do not matter to a reader; size and speed do.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly object gate = new();
    private readonly Dictionary<ResourceType, KindTable> kinds = [];
    private readonly ChangeLog log = new(LogCapacity);
    private readonly List<StoreWatch> watches = [];
    private long version = 1;

    /// <summary>The version of the newest write.</summary>
    public long Version
    {
        get { lock (gate) return version; }
    }

    public StoredObject? Find(ResourceType type, string? ns, string name)
    {
        lock (gate) return Kind(type).Find(StoredObject.KeyOf(ns, name));
    }

    public StoreSnapshot List(ResourceType type, string? ns = null)
    {
        lock (gate)
        {
            var kind = Kind(type);
            return new StoreSnapshot(ns is null ? kind.All : kind.InNamespace(ns), version);
        }
    }

    /// <summary>The list as it was at an earlier version; null when the log of changes does not reach back that far.</summary>
    public StoreSnapshot? ListAt(ResourceType type, string? ns, long at)
    {
        lock (gate)
        {
            if (at > version || log.Oldest > at + 1) return null;
            var items = (ns is null ? Kind(type).All : Kind(type).InNamespace(ns)).ToDictionary(item => item.Key);
            foreach (var change in log.After(at, version).Reverse())
            {
                if (change.Object.Type != type || (ns is not null && change.Object.Namespace != ns)) continue;
                if (change.Previous is { } before) items[before.Key] = before;
                else items.Remove(change.Object.Key);
            }

            return new StoreSnapshot([.. items.Values.OrderBy(item => item.Key, StringComparer.Ordinal)], at);
        }
    }

    /// <summary>
    /// Adds an object. Fills uid, creationTimestamp, resourceVersion, generation and (from generateName) name.
    /// Throws <see cref="StoreConflictException"/> when the name is taken. A <paramref name="dryRun"/> changes nothing.
    /// </summary>
    public StoredObject Create(ResourceType type, JsonObject body, bool dryRun = false)
    {
        var meta = Metadata(body);
        lock (gate)
        {
            var name = (string?)meta["name"] ?? GenerateName((string)meta["generateName"]!);
            var ns = type.Namespaced ? (string?)meta["namespace"] ?? "default" : null;
            if (Kind(type).Find(StoredObject.KeyOf(ns, name)) is not null)
                throw new StoreConflictException(StoreConflict.AlreadyExists, $"{type} \"{name}\" already exists");

            meta["name"] = name;
            if (ns is not null) meta["namespace"] = ns;
            meta["uid"] ??= Guid.NewGuid().ToString();
            meta["creationTimestamp"] ??= Timestamp(time.GetUtcNow());
            if (type.HasGeneration) meta["generation"] = 1;
            return dryRun ? Freeze(type, ns, name, body, at: null) : Commit(StoreEventType.Added, type, ns, name, body, previous: null);
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
            if (FindAt(type, ns, name, ifVersion) is not { } current) return null;
            var body = current.Copy();
            return change(body) ? Write(current, body, dryRun: false) : current;
        }
    }

    /// <summary>
    /// Writes <paramref name="body"/> in place of the object, by the same rules as <see cref="Update"/>, at
    /// <paramref name="ifVersion"/> only. A <paramref name="dryRun"/> changes nothing. Returns null when there is no such object.
    /// </summary>
    public StoredObject? Replace(ResourceType type, string? ns, string name, JsonObject body, long ifVersion, bool dryRun = false)
    {
        lock (gate) return FindAt(type, ns, name, ifVersion) is { } current ? Write(current, body, dryRun) : null;
    }

    /// <summary>
    /// Deletes. With finalizers or a grace period above zero the object is only marked (deletionTimestamp) and the caller's
    /// controllers finish the job by a second delete with no grace. Returns the last state, or null when there is none.
    /// </summary>
    public StoredObject? Delete(ResourceType type, string? ns, string name, int graceSeconds = 0, long? ifVersion = null, string? ifUid = null)
    {
        lock (gate)
        {
            if (Kind(type).Find(StoredObject.KeyOf(ns, name)) is not { } current) return null;
            var uid = (string?)current.Read["metadata"]!["uid"];
            if (ifUid is not null && ifUid != uid)
                throw new StoreConflictException(StoreConflict.Precondition,
                    $"Precondition failed: UID in precondition: {ifUid}, UID in object meta: {uid}");
            if (ifVersion is { } wanted && wanted != current.Version)
                throw new StoreConflictException(StoreConflict.Precondition,
                    $"Precondition failed: ResourceVersion in precondition: {wanted}, ResourceVersion in object meta: {current.Version}");

            var body = current.Copy();
            var meta = Metadata(body);
            if (graceSeconds == 0 && (meta["finalizers"] as JsonArray)?.Count is null or 0) return Remove(current, body);

            // A second, more impatient delete shortens the grace period; it never lengthens it.
            if (meta["deletionTimestamp"] is not null && (long?)meta["deletionGracePeriodSeconds"] is var left && (left ?? 0) <= graceSeconds)
                return current;

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
        var watch = Open(type, after);
        return ReadAsync();

        async IAsyncEnumerable<StoreEvent> ReadAsync()
        {
            using (watch)
            {
                while (await WaitAsync())
                    while (watch.Events.TryRead(out var next))
                        yield return next;
            }
        }

        async ValueTask<bool> WaitAsync()
        {
            try
            {
                return await watch.Events.WaitToReadAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// As <see cref="Watch"/>, for a reader that also waits for other things. <paramref name="filter"/> runs under the store's
    /// lock, on every change of the kind: keep it to a comparison or two.
    /// </summary>
    public StoreWatch Open(ResourceType? type, long after, Func<StoreEvent, bool>? filter = null)
    {
        var watch = new StoreWatch(type, filter, Close);
        lock (gate)
        {
            if (after < log.Oldest - 1 || after > version)
                throw new StoreConflictException(StoreConflict.Expired, $"too old resource version: {after} ({log.Oldest})");
            foreach (var past in log.After(after, version)) watch.Offer(past);
            watches.Add(watch);
        }

        return watch;
    }

    /// <summary>Forgets the change log, as etcd compaction does: watches from before now get 410.</summary>
    public void Compact()
    {
        lock (gate) log.Forget(version);
    }

    /// <summary>Leaves out versions, as if that many writes had been made and forgotten: the next write has the one after <paramref name="last"/>.</summary>
    internal void Skip(long last)
    {
        lock (gate)
        {
            version = Math.Max(version, last);
            log.Forget(version);
        }
    }


    /// <summary>RFC 3339 at whole seconds, as metav1.Time is written.</summary>
    public static string Timestamp(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    /// <summary>The five random letters the API appends to a generateName.</summary>
    public static string GenerateName(string prefix)
    {
        const string alphabet = "bcdfghjklmnpqrstvwxz2456789";
        return prefix + new string(Random.Shared.GetItems<char>(alphabet, 5));
    }

    private static JsonObject Metadata(JsonObject body)
    {
        if (body["metadata"] is JsonObject meta) return meta;
        meta = [];
        body["metadata"] = meta;
        return meta;
    }

    private void Close(StoreWatch watch)
    {
        lock (gate) watches.Remove(watch);
    }

    private KindTable Kind(ResourceType type)
    {
        if (!kinds.TryGetValue(type, out var kind)) kinds[type] = kind = new KindTable();
        return kind;
    }

    private StoredObject? FindAt(ResourceType type, string? ns, string name, long? ifVersion)
    {
        if (Kind(type).Find(StoredObject.KeyOf(ns, name)) is not { } current) return null;
        if (ifVersion is { } wanted && wanted != current.Version)
            throw new StoreConflictException(StoreConflict.Stale,
                $"Operation cannot be fulfilled on {type} \"{name}\": the object has been modified; " +
                "please apply your changes to the latest version and try again");
        return current;
    }

    private StoredObject Write(StoredObject current, JsonObject body, bool dryRun)
    {
        var meta = Metadata(body);
        if (current.Type.HasGeneration && !IsSame(current.Type, body, current.Read))
            meta["generation"] = ((long?)current.Read["metadata"]!["generation"] ?? 0) + 1;
        if (JsonNode.DeepEquals(body, current.Read)) return current;
        if (dryRun) return Freeze(current.Type, current.Namespace, current.Name, body, current.Version);

        // An object being deleted goes when its last finalizer does, or when its grace period is set to nothing.
        if (meta["deletionTimestamp"] is not null && (meta["finalizers"] as JsonArray)?.Count is null or 0
            && (long?)meta["deletionGracePeriodSeconds"] is null or 0)
        {
            // Who let it go is told the version that it had; its watchers get the one at which it went.
            Remove(current, (JsonObject)body.DeepClone());
            return Freeze(current.Type, current.Namespace, current.Name, body, current.Version);
        }

        return Commit(StoreEventType.Modified, current.Type, current.Namespace, current.Name, body, current);
    }

    /// <summary>
    /// Whether both want the same. A custom kind without subresources has no part that only reports: all of it counts but the metadata.
    /// </summary>
    private static bool IsSame(ResourceType type, JsonObject one, JsonObject other) => type is { Custom: true, Subresources.Count: 0 }
        ? one.Select(pair => pair.Key).Union(other.Select(pair => pair.Key)).All(key => key == "metadata" || JsonNode.DeepEquals(one[key], other[key]))
        : JsonNode.DeepEquals(one["spec"], other["spec"]);

    private StoredObject Commit(StoreEventType what, ResourceType type, string? ns, string name, JsonObject body, StoredObject? previous)
    {
        var stored = Freeze(type, ns, name, body, ++version);
        Kind(type).Set(stored);
        previous?.Supersede();
        Publish(new StoreEvent(what, stored, previous, stored.Version));
        return stored;
    }

    private StoredObject Remove(StoredObject current, JsonObject body)
    {
        var last = Freeze(current.Type, current.Namespace, current.Name, body, ++version);
        Kind(current.Type).Remove(current);
        current.Supersede();
        Publish(new StoreEvent(StoreEventType.Deleted, last, current, last.Version));
        return last;
    }

    /// <summary>Serialises with apiVersion and kind in front, so that list items can leave them out without parsing.</summary>
    private static StoredObject Freeze(ResourceType type, string? ns, string name, JsonObject body, long? at)
    {
        var meta = Metadata(body);
        if (at is { } number) meta["resourceVersion"] = number.ToString();

        var buffer = new ArrayBufferWriter<byte>(2048);
        using var json = new Utf8JsonWriter(buffer, WriterOptions);
        json.WriteStartObject();
        json.WriteString("apiVersion"u8, type.ApiVersion);
        json.WriteString("kind"u8, type.Kind);
        json.Flush();
        var header = buffer.WrittenCount;
        foreach (var (key, value) in body)
        {
            if (key is "apiVersion" or "kind") continue;
            json.WritePropertyName(key);
            if (value is null) json.WriteNullValue();
            else value.WriteTo(json);
        }

        json.WriteEndObject();
        json.Flush();
        var labels = (meta["labels"] as JsonObject)?.ToDictionary(pair => pair.Key, pair => (string?)pair.Value ?? "");
        return new StoredObject(type, ns, name, at ?? 0, buffer.WrittenSpan.ToArray(), labels ?? [], header + 1);
    }

    private void Publish(StoreEvent change)
    {
        log.Append(change);
        foreach (var watch in watches) watch.Offer(change);
    }
}
