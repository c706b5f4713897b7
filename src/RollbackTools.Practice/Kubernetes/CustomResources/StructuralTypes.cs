using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.CustomResources;

/// <summary>An openAPIV3Schema as the types that server-side apply merges by: <c>x-kubernetes-list-type</c>, <c>-map-keys</c>, <c>-map-type</c>.</summary>
internal static class StructuralTypes
{
    public static TypeSchema Of(JsonObject schema, string kind)
    {
        var fields = Fields(schema, kind);
        fields["metadata"] = SchemaCatalog.Unstructured.Find("metadata")!;
        return new TypeSchema(kind, fields);
    }

    private static Dictionary<string, FieldSchema> Fields(JsonObject schema, string name) => (schema.Child("properties") ?? [])
        .Where(property => property.Value is JsonObject)
        .ToDictionary(property => property.Key, property => Field(property.Key, (JsonObject)property.Value!, $"{name}.{property.Key}"), StringComparer.Ordinal);

    private static FieldSchema Field(string name, JsonObject schema, string path)
    {
        var kind = schema.Text("type") switch
        {
            "string" => FieldKind.String,
            "integer" => FieldKind.Integer,
            "boolean" => FieldKind.Boolean,
            "array" => FieldKind.List,
            "object" when schema["properties"] is not null => FieldKind.Object,
            "object" when schema["additionalProperties"] is not null => FieldKind.Map,
            _ => FieldKind.Any,
        };
        var items = schema.Child("items");
        return new FieldSchema(name, kind)
        {
            Type = kind == FieldKind.Object ? new TypeSchema(path, Fields(schema, path))
                : items?["properties"] is not null ? new TypeSchema(path, Fields(items, path)) : null,
            MapKeys = schema.Text("x-kubernetes-list-type") == "map" ? [.. schema.List("x-kubernetes-list-map-keys")?.Select(key => (string)key!) ?? []] : [],
            IsSet = schema.Text("x-kubernetes-list-type") == "set",
            Atomic = schema.Text("x-kubernetes-map-type") == "atomic",
        };
    }
}
