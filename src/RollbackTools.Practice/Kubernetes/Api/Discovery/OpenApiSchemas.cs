using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Discovery;

/// <summary>The type catalogue as OpenAPI schemas, with the <c>x-kubernetes-</c> extensions that say how to merge.</summary>
internal static class OpenApiSchemas
{
    public static string NameOf(ResourceType? type, TypeSchema schema) =>
        $"io.k8s.api.{(type is null ? "practice" : type.Group.Length == 0 ? "core" : type.Group.Split('.')[0])}.{type?.Version ?? "v1"}.{schema.Name}";

    public static JsonObject Kind(ResourceType type, string version) => new() { ["group"] = type.Group, ["kind"] = type.Kind, ["version"] = version };

    /// <summary>All types reachable from this one, without it.</summary>
    public static void Collect(TypeSchema schema, HashSet<TypeSchema> into)
    {
        foreach (var field in schema.Fields.Values)
            if (field.Type is { } type && into.Add(type)) Collect(type, into);
    }

    public static JsonObject Of(ResourceType? kind, TypeSchema schema, string version = "v1")
    {
        JsonObject properties = [];
        foreach (var field in schema.Fields.Values) properties[field.Name] = Property(field);
        JsonObject json = new() { ["type"] = "object", ["properties"] = properties };
        if (kind is not null) json["x-kubernetes-group-version-kind"] = new JsonArray(Kind(kind, version));
        return json;
    }

    private static JsonObject Property(FieldSchema field)
    {
        var json = field.Kind switch
        {
            FieldKind.String => new JsonObject { ["type"] = "string" },
            FieldKind.Integer => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
            FieldKind.Boolean => new JsonObject { ["type"] = "boolean" },
            FieldKind.Object => new JsonObject { ["allOf"] = new JsonArray(Reference(field.Type!)), ["default"] = new JsonObject() },
            FieldKind.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } },
            FieldKind.List => new JsonObject
            {
                ["type"] = "array",
                ["items"] = field.Type is { } item ? Reference(item) : new JsonObject { ["type"] = "string" },
            },
            _ => [],
        };
        if (field.MapKeys.Count > 0)
        {
            json["x-kubernetes-patch-merge-key"] = field.PatchMergeKey;
            json["x-kubernetes-patch-strategy"] = field.RetainKeys ? "merge,retainKeys" : "merge";
            json["x-kubernetes-list-type"] = "map";
            json["x-kubernetes-list-map-keys"] = new JsonArray([.. field.MapKeys.Select(key => (JsonNode)key)]);
        }
        else if (field.IsSet)
        {
            json["x-kubernetes-patch-strategy"] = "merge";
            json["x-kubernetes-list-type"] = "set";
        }
        else if (field.RetainKeys)
        {
            json["x-kubernetes-patch-strategy"] = "retainKeys";
        }
        else if (field.Kind == FieldKind.List)
        {
            json["x-kubernetes-list-type"] = "atomic";
        }
        else if (field.Atomic)
        {
            json["x-kubernetes-map-type"] = "atomic";
        }

        return json;
    }

    private static JsonObject Reference(TypeSchema type) => new() { ["$ref"] = $"#/components/schemas/{NameOf(null, type)}" };
}
