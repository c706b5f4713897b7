using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>
/// <c>kubectl apply</c> as the client does it: a patch from what was applied last, what is live and what is wanted. Strategic for
/// built-in kinds, a JSON merge for custom ones. What neither manifest names stays as it is live.
/// </summary>
public static class ClientSideApply
{
    /// <summary>The annotation that remembers the manifest applied last.</summary>
    public const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>A copy of the manifest that carries itself in its annotations, for the next time.</summary>
    public static JsonObject Remembering(JsonObject manifest)
    {
        var written = manifest.DeepClone().AsObject();
        var annotations = written.Child("metadata").Child("annotations");
        annotations.Remove(LastApplied);
        annotations[LastApplied] = GoJson.Write(written) + "\n";
        return written;
    }

    /// <summary>The live object as it is after applying; <paramref name="live"/> may be changed.</summary>
    public static JsonObject Merge(ResourceType type, JsonObject live, JsonObject wanted)
    {
        var last = live.Text("metadata", "annotations", LastApplied) is { } text ? JsonNode.Parse(text) as JsonObject : null;
        if (type.Custom)
        {
            MergePatch.Apply(live, Patch(last, live, wanted, schema: null));
            return live;
        }

        var schema = SchemaCatalog.For(type);
        return StrategicMergePatch.Apply(live, Patch(last, live, wanted, schema), schema);
    }

    /// <summary>
    /// The patch that takes what is live to <paramref name="wanted"/> and away what only <paramref name="last"/> has: strategic where the
    /// kind has a <paramref name="schema"/>, a JSON merge otherwise.
    /// </summary>
    internal static JsonObject Patch(JsonObject? last, JsonObject? live, JsonObject wanted, TypeSchema? schema)
    {
        JsonObject patch = [];
        foreach (var (key, _) in last ?? [])
            if (!wanted.ContainsKey(key)) patch[key] = null;
        foreach (var (key, value) in wanted)
        {
            var field = schema?.Find(key);
            switch (value)
            {
                case JsonObject child:
                    var now = live?[key] as JsonObject;
                    var part = Patch(last?[key] as JsonObject, now, child, field?.Type);
                    if (field is { RetainKeys: true } && child.Any(pair => !JsonNode.DeepEquals(pair.Value, now?[pair.Key]))) part["$retainKeys"] = new JsonArray([.. child.Select(pair => (JsonNode)pair.Key)]);
                    patch[key] = part;
                    break;
                case JsonArray list when field is { PatchMergeKey: { } mergeKey }:
                    patch[key] = Items(last?[key] as JsonArray ?? [], live?[key] as JsonArray ?? [], list, mergeKey, field.Type);
                    patch[$"$setElementOrder/{key}"] = new JsonArray([.. list.OfType<JsonObject>().Select(item => new JsonObject { [mergeKey] = item[mergeKey]?.DeepClone() })]);
                    break;
                case JsonArray list when field is { IsSet: true }:
                    patch[key] = list.DeepClone();
                    patch[$"$setElementOrder/{key}"] = list.DeepClone();
                    patch[$"$deleteFromPrimitiveList/{key}"] = new JsonArray([.. (last?[key] as JsonArray ?? [])
                        .Where(item => !list.Any(one => JsonNode.DeepEquals(one, item))).Select(item => item?.DeepClone())]);
                    break;
                default:
                    patch[key] = value?.DeepClone();
                    break;
            }
        }

        return patch;
    }

    private static JsonArray Items(JsonArray last, JsonArray live, JsonArray wanted, string key, TypeSchema? schema)
    {
        JsonArray patch = [];
        foreach (var item in wanted.OfType<JsonObject>())
            patch.Add((JsonNode)Patch(Find(last, item[key], key), Find(live, item[key], key), item, schema));
        foreach (var gone in last.OfType<JsonObject>().Where(item => Find(wanted, item[key], key) is null))
            patch.Add((JsonNode)new JsonObject { [key] = gone[key]?.DeepClone(), ["$patch"] = "delete" });
        return patch;
    }

    private static JsonObject? Find(JsonArray items, JsonNode? value, string key) =>
        items.OfType<JsonObject>().FirstOrDefault(item => item[key]?.ToString() == value?.ToString());
}
