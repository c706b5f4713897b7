using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Storage;

/// <summary>One version of one object. Immutable: <see cref="Json"/> is what gets and watches send, byte for byte.</summary>
public sealed class StoredObject
{
    private readonly int headerLength;
    private volatile JsonObject? parsed;
    private volatile bool superseded;

    public StoredObject(ResourceType type, string? ns, string name, long version, byte[] json, IReadOnlyDictionary<string, string> labels)
        : this(type, ns, name, version, json, labels, headerLength: 1)
    {
    }

    internal StoredObject(
        ResourceType type, string? ns, string name, long version, byte[] json, IReadOnlyDictionary<string, string> labels, int headerLength)
    {
        (Type, Namespace, Name, Version, Json, Labels) = (type, ns, name, version, json, labels);
        Key = KeyOf(ns, name);
        this.headerLength = headerLength;
    }

    public ResourceType Type { get; }

    public string? Namespace { get; }

    public string Name { get; }

    /// <summary>metadata.resourceVersion.</summary>
    public long Version { get; }

    public byte[] Json { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>The object for reading, parsed once while it is current. Never change it: take <see cref="Copy"/> for that.</summary>
    public JsonObject Read
    {
        get
        {
            if (parsed is { } known) return known;
            var fresh = Copy();
            if (!superseded) parsed = fresh;
            return fresh;
        }
    }

    /// <summary>Where the object sorts among its kind: <c>namespace/name</c>, as etcd's keys do.</summary>
    internal string Key { get; }

    /// <summary>
    /// <see cref="Json"/> from behind <c>{"apiVersion":…,"kind":…</c> on. Typed lists carry their items without the two, as a real
    /// API server sends them; write an opening brace first.
    /// </summary>
    internal ReadOnlyMemory<byte> ItemJson => Json.AsMemory(headerLength);

    /// <summary>A fresh tree to change and hand to <see cref="ObjectStore.Update"/>.</summary>
    public JsonObject Copy() => JsonNode.Parse(Json)!.AsObject();

    /// <summary>
    /// A newer version took its place. The change log keeps it for watches, which need its bytes; its tree is ten times as large.
    /// </summary>
    internal void Supersede()
    {
        superseded = true;
        parsed = null;
    }

    internal static string KeyOf(string? ns, string name) => $"{ns}/{name}";
}
