using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// A strategic merge as kustomize has it (kyaml merge2), which is not quite the API server's: in a list that is merged item by item
/// the patch's items come first, and items are told apart by all the keys they name.
/// </summary>
internal static class StrategicMerge
{
    private const string Directive = "$patch";

    /// <summary>Merges a patch into an object; null when the patch deletes it.</summary>
    public static JsonObject? Apply(JsonObject target, JsonObject patch)
    {
        var type = Resources.BuiltIn.FirstOrDefault(one => one.Kind == patch.Text("kind") && one.ApiVersion == patch.Text("apiVersion"));
        return (JsonObject?)Map(target, patch, type is null ? null : SchemaCatalog.For(type));
    }

    private static JsonNode? Map(JsonObject? target, JsonObject patch, TypeSchema? schema)
    {
        switch (patch.Text(Directive))
        {
            case null or "merge":
                break;
            case "delete":
                return null;
            case "replace":
                target = null;
                break;
            case var other:
                throw new KustomizeException($"unknown patch strategy '{other}'");
        }

        var merged = target ?? [];
        foreach (var (key, value) in patch)
        {
            if (key == Directive) continue;
            if (key.StartsWith('$')) throw new KustomizeException($"the patch directive '{key}' is not rendered by the practice estate");
            var old = merged[key];
            var result = Node(old, value, schema?.Find(key));
            if (result is null) merged.Remove(key);
            else if (!ReferenceEquals(old, result)) merged[key] = result;
        }

        return merged;
    }

    private static JsonNode? Node(JsonNode? target, JsonNode? patch, FieldSchema? field) => patch switch
    {
        null => null,
        JsonObject map => Map(target as JsonObject, map, field?.Type),
        JsonArray list when field is { MapKeys.Count: > 0 } => List(target as JsonArray, list, field),
        JsonArray list when field is { IsSet: true } => Set(target as JsonArray, list),
        JsonArray list => new JsonArray([.. list.Select(item => item is JsonObject map ? Map(null, map, null) : item?.DeepClone())]),
        _ => patch.DeepClone(),
    };

    private static JsonArray? List(JsonArray? target, JsonArray patch, FieldSchema field)
    {
        var left = (target ?? []).Select(item => item?.DeepClone()).ToList();
        var alone = patch.OfType<JsonObject>().FirstOrDefault(item => item.Count == 1 && item.ContainsKey(Directive));
        if (alone.Text(Directive) == "delete") return null;
        if (alone.Text(Directive) == "replace") left.Clear();

        var told = field.MapKeys.Where(key => patch.Concat(left).OfType<JsonObject>().Any(one => one[key] is not null)).ToList();
        List<JsonNode?> merged = [];
        foreach (var item in patch.OfType<JsonObject>().Where(item => item != alone))
        {
            if (item.Text(Directive) == "replace")
                throw new KustomizeException("the patch directive '$patch: replace' on a list's item is not rendered by the practice estate");
            var match = left.FindIndex(one => Same(one, item, field.MapKeys));

            // A quirk of kyaml: where some items name a port's protocol, one that does not is found, and then left as it is.
            if (match >= 0 && told.Any(key => item[key] is null || left[match]![key] is null)) continue;
            var old = match < 0 ? null : left[match] as JsonObject;
            if (match >= 0) left.RemoveAt(match);
            if (Map(old, item, field.Type) is JsonObject { Count: > 0 } result) merged.Add(result);
        }

        return [.. merged, .. left];
    }

    private static JsonArray Set(JsonArray? target, JsonArray patch)
    {
        List<JsonNode?> left = [.. (target ?? []).Where(item => !patch.Any(one => JsonNode.DeepEquals(one, item)))];
        return [.. patch.Concat(left).Select(item => item?.DeepClone())];
    }

    /// <summary>Whether they agree in one key at least and contradict each other in none.</summary>
    private static bool Same(JsonNode? one, JsonObject other, IReadOnlyList<string> keys)
    {
        var agree = false;
        foreach (var key in keys)
        {
            var (a, b) = (one?[key]?.ToString(), other[key]?.ToString());
            if (a is null || b is null) continue;
            if (a != b) return false;
            agree = true;
        }

        return agree;
    }
}
