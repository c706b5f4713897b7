using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Storage;

/// <summary>One version of one object. Immutable: <see cref="Json"/> is what lists and watches send, byte for byte.</summary>
public sealed class StoredObject
{
    private JsonObject? parsed;

    public StoredObject(ResourceType type, string? ns, string name, long version, byte[] json, IReadOnlyDictionary<string, string> labels)
        => (Type, Namespace, Name, Version, Json, Labels) = (type, ns, name, version, json, labels);

    public ResourceType Type { get; }

    public string? Namespace { get; }

    public string Name { get; }

    /// <summary>metadata.resourceVersion.</summary>
    public long Version { get; }

    public byte[] Json { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>The object for reading, parsed once. Never change it: take <see cref="Copy"/> for that.</summary>
    public JsonObject Read => parsed ??= JsonNode.Parse(Json)!.AsObject();

    /// <summary>A fresh tree to change and hand to <see cref="ObjectStore.Update"/>.</summary>
    public JsonObject Copy() => JsonNode.Parse(Json)!.AsObject();
}
