using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.CustomResources;

/// <summary>What a structural schema does to an object before anything else: unknown fields fall away, open ones get their defaults.</summary>
internal static class StructuralPruning
{
    private static readonly string[] Always = ["apiVersion", "kind", "metadata"];

    /// <returns>The fields that fell away, as <c>spec.foo</c>.</returns>
    public static IReadOnlyList<string> Prune(JsonObject body, JsonObject schema)
    {
        List<string> unknown = [];
        Prune(body, schema, "", unknown);
        return unknown;
    }

    public static void Default(JsonNode? node, JsonObject? schema)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Default(item, schema.Child("items"));
            return;
        }

        if (node is not JsonObject map || schema is null) return;
        foreach (var (name, property) in schema.Child("properties") ?? [])
        {
            if (property is not JsonObject field) continue;
            if (!map.ContainsKey(name) && field["default"] is { } value) map[name] = value.DeepClone();
            if (map[name] is null && field["default"] is { } instead && !field.True("nullable") && map.ContainsKey(name)) map[name] = instead.DeepClone();
            Default(map[name], field);
        }

        if (schema.Child("additionalProperties") is { } every)
            foreach (var (_, value) in map) Default(value, every);
    }

    private static void Prune(JsonNode? node, JsonObject? schema, string path, List<string> unknown)
    {
        if (node is JsonArray list)
        {
            for (var at = 0; at < list.Count; at++) Prune(list[at], schema.Child("items"), $"{path}[{at}]", unknown);
            return;
        }

        if (node is not JsonObject map || schema is null) return;
        var properties = schema.Child("properties");
        var every = schema["additionalProperties"];
        foreach (var name in map.Select(pair => pair.Key).ToList())
        {
            if (path.Length == 0 && Always.Contains(name)) continue;
            var here = path.Length == 0 ? name : $"{path}.{name}";
            if (properties.Child(name) is { } known) Prune(map[name], known, here, unknown);
            else if (every is JsonObject value) Prune(map[name], value, here, unknown);
            else if (every is null && !schema.True("x-kubernetes-preserve-unknown-fields"))
            {
                unknown.Add(here);
                map.Remove(name);
            }
        }
    }
}
