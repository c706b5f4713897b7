using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Schema.Trees;

/// <summary>Reading and filling JSON trees where any part may be missing or of the wrong kind.</summary>
internal static class Nodes
{
    public static JsonObject? Child(this JsonNode? node, string field) => (node as JsonObject)?[field] as JsonObject;

    public static JsonArray? List(this JsonNode? node, string field) => (node as JsonObject)?[field] as JsonArray;

    public static IEnumerable<JsonObject> Objects(this JsonNode? node, string field) => node.List(field)?.OfType<JsonObject>() ?? [];

    public static string? Text(this JsonNode? node, string field) =>
        (node as JsonObject)?[field] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static long? Number(this JsonNode? node, string field) =>
        (node as JsonObject)?[field] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var number)
            ? number
            : (node as JsonObject)?[field] is JsonValue small && small.TryGetValue<int>(out var whole) ? whole : null;

    public static bool True(this JsonNode? node, string field) => (node as JsonObject)?[field]?.GetValueKind() == JsonValueKind.True;

    /// <summary>The child object, made when it is missing.</summary>
    public static JsonObject Ensure(this JsonObject node, string field)
    {
        if (node[field] is JsonObject child) return child;
        child = [];
        node[field] = child;
        return child;
    }

    public static void Default(this JsonObject node, string field, JsonNode value)
    {
        if (node[field] is null) node[field] = value;
    }

    public static bool Is(this JsonNode? node, JsonValueKind kind) => node?.GetValueKind() == kind;

    public static IReadOnlyDictionary<string, string> Labels(this JsonNode? map) =>
        map is JsonObject labels
            ? labels.ToDictionary(pair => pair.Key, pair => pair.Value is JsonValue value && value.TryGetValue<string>(out var text) ? text : "")
            : [];
}
