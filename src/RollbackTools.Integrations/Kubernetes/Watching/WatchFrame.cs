using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes.Watching;

/// <summary>One line of a watch: a change, a bookmark (only a version) or an error.</summary>
internal readonly record struct WatchFrame<T>(WatchEventType Type, T? Object, string? ResourceVersion, ApiStatus? Error)
    where T : class, IKubernetesObject
{
    /// <summary>Reads <c>{"type":…,"object":{…}}</c> without copying it. Throws <see cref="JsonException"/>.</summary>
    public static WatchFrame<T> Read(ReadOnlySpan<byte> line, JsonTypeInfo<T> json)
    {
        var reader = new Utf8JsonReader(line);
        string? type = null;
        Utf8JsonReader body = default;
        var found = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType)
            {
                type = reader.GetString();
            }
            else if (isObject)
            {
                body = reader;
                found = true;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return found ? Create(type, ref body, json) : throw new JsonException();
    }

    private static WatchFrame<T> Create(string? type, ref Utf8JsonReader body, JsonTypeInfo<T> json) => type switch
    {
        "ADDED" => Change(WatchEventType.Added, ref body, json),
        "MODIFIED" => Change(WatchEventType.Modified, ref body, json),
        "DELETED" => Change(WatchEventType.Deleted, ref body, json),
        "BOOKMARK" => new(default, null, JsonSerializer.Deserialize(ref body, json)?.Metadata.ResourceVersion, null),
        "ERROR" => new(default, null, null, Status(ref body)),
        _ => new(default, null, null, null),
    };

    private static WatchFrame<T> Change(WatchEventType type, ref Utf8JsonReader body, JsonTypeInfo<T> json)
    {
        var changed = JsonSerializer.Deserialize(ref body, json) ?? throw new JsonException();
        return new(type, changed, changed.Metadata.ResourceVersion, null);
    }

    private static ApiStatus Status(ref Utf8JsonReader body)
    {
        using var document = JsonDocument.ParseValue(ref body);
        return document.RootElement.ValueKind == JsonValueKind.Object ? ApiStatus.Read(document.RootElement) : new ApiStatus();
    }
}
