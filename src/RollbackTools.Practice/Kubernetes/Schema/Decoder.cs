using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>A body that no Go struct would take: the message names the field and what was found there.</summary>
public sealed class DecodeException(string message, string path, string wanted, string found) : Exception(message)
{
    /// <summary>The field, as <c>.data.k</c>.</summary>
    public string Path { get; } = "." + path;

    /// <summary>The Go type that should stand there.</summary>
    public string Wanted { get; } = wanted;

    /// <summary>What stands there, as Go shows it.</summary>
    public string Found { get; } = found;
}

/// <summary>
/// What decoding into Go structs does to an object: unknown fields fall away (and are told), nulls and empty maps and lists are
/// as if absent, and values of the wrong type are refused.
/// </summary>
internal static class Decoder
{
    /// <returns>The unknown fields, as <c>spec.foo</c>.</returns>
    public static IReadOnlyList<string> Normalize(JsonObject body, TypeSchema schema)
    {
        List<string> unknown = [];
        Walk(body, schema, "", unknown, keepUnknown: ReferenceEquals(schema, SchemaCatalog.Unstructured));
        return unknown;
    }

    private static void Walk(JsonObject node, TypeSchema schema, string path, List<string> unknown, bool keepUnknown = false)
    {
        foreach (var name in node.Select(pair => pair.Key).ToList())
        {
            var here = path.Length == 0 ? name : $"{path}.{name}";
            if (schema.Find(name) is not { } field)
            {
                if (keepUnknown) continue;
                unknown.Add(here);
                node.Remove(name);
            }
            else if (node[name] is not { } value || Empty(field, value))
            {
                node.Remove(name);
            }
            else
            {
                Check(field, value, schema, here);
                if (field.Type is { } type) Descend(value, type, here, unknown);
            }
        }
    }

    private static void Descend(JsonNode value, TypeSchema type, string path, List<string> unknown)
    {
        if (value is JsonObject child)
        {
            Walk(child, type, path, unknown);
            return;
        }

        var list = (JsonArray)value;
        for (var at = 0; at < list.Count; at++)
        {
            if (list[at] is JsonObject item) Walk(item, type, $"{path}[{at}]", unknown);
            else throw new DecodeException($"json: cannot unmarshal {Found(list[at])} into Go struct field {path} of type {type.Name}", path, type.Name, Show(list[at]));
        }
    }

    private static bool Empty(FieldSchema field, JsonNode value) =>
        (field.Kind == FieldKind.Map && value is JsonObject { Count: 0 }) || (field.Kind == FieldKind.List && value is JsonArray { Count: 0 });

    private static void Check(FieldSchema field, JsonNode value, TypeSchema owner, string path)
    {
        var kind = value.GetValueKind();
        var (fits, wanted) = field.Kind switch
        {
            FieldKind.String => (kind == JsonValueKind.String, "string"),
            FieldKind.Integer => (kind == JsonValueKind.Number && IsWhole(value), "int32"),
            FieldKind.Boolean => (kind is JsonValueKind.True or JsonValueKind.False, "bool"),
            FieldKind.Object => (kind == JsonValueKind.Object, field.Type?.Name ?? "object"),
            FieldKind.Map => (kind == JsonValueKind.Object, "map[string]string"),
            FieldKind.List => (kind == JsonValueKind.Array, field.Type is { } item ? $"[]{item.Name}" : "[]string"),
            _ => (true, ""),
        };
        if (!fits) throw new DecodeException($"json: cannot unmarshal {Found(value)} into Go struct field {owner.Name}.{path} of type {wanted}", path, wanted, Show(value));

        if (field.Kind != FieldKind.Map || field.Name is not ("labels" or "annotations" or "matchLabels" or "nodeSelector" or "data")) return;
        foreach (var (key, one) in (JsonObject)value)
            if (one is not null && one.GetValueKind() != JsonValueKind.String)
                throw new DecodeException(
                    $"json: cannot unmarshal {Found(one)} into Go struct field {owner.Name}.{path} of type string", $"{path}.{key}", "string", Show(one));
    }

    private static string Show(JsonNode? value) => Validation.Go.Show(value);

    private static bool IsWhole(JsonNode value) =>
        value is JsonValue number && (number.TryGetValue<long>(out _) || number.TryGetValue<int>(out _));

    private static string Found(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => IsWhole(value) ? "number" : $"number {value.ToJsonString()}",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "null",
    };
}
