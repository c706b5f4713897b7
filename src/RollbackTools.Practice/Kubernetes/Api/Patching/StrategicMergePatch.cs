using System.Text.Json.Nodes;
using System.Text.Json;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>
/// Strategic merge patch, as <c>apimachinery/pkg/util/strategicpatch</c> applies it: lists with a merge key are merged item by
/// item, and the directives <c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder</c> and <c>$deleteFromPrimitiveList</c> are obeyed.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeleteFrom = "$deleteFromPrimitiveList/";
    private const string SetOrder = "$setElementOrder/";

    /// <summary>Merges <paramref name="patch"/> into <paramref name="target"/> and returns the result; both may be changed.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch, TypeSchema? schema)
    {
        switch ((string?)patch[Directive])
        {
            case null or "merge":
                break;
            case "replace":
                return WithoutDirectives((JsonObject)patch.DeepClone());
            case "delete":
                return [];
            case var other:
                throw new PatchException($"unknown patch type: {other} in map: {Schema.Validation.Go.Show(patch)}");
        }

        if (patch[RetainKeys] is JsonArray keep)
        {
            var kept = keep.Select(key => (string?)key).ToHashSet();
            foreach (var gone in target.Select(pair => pair.Key).Where(key => !kept.Contains(key)).ToList()) target.Remove(gone);
        }

        foreach (var (key, order) in patch)
            if (key.StartsWith(SetOrder, StringComparison.Ordinal)) Reorder(target, patch, key[SetOrder.Length..], order, schema);

        foreach (var (key, value) in patch)
        {
            if (key is Directive or RetainKeys || key.StartsWith(SetOrder, StringComparison.Ordinal)) continue;
            if (key.StartsWith(DeleteFrom, StringComparison.Ordinal)) DeletePrimitives(target, key[DeleteFrom.Length..], value);
            else if (!patch.ContainsKey(SetOrder + key)) Member(target, key, value, schema?.Find(key));
        }

        return target;
    }

    private static void Member(JsonObject target, string key, JsonNode? value, FieldSchema? field)
    {
        switch (value)
        {
            case null:
                target.Remove(key);
                break;
            case JsonObject patch when target[key] is JsonObject into:
                var merged = Apply(into, patch, field?.Type);
                if (!ReferenceEquals(merged, into)) target[key] = merged;
                break;
            case JsonArray patch when target[key] is JsonArray into && Merges(field):
                target[key] = ListMerge.Apply(into, patch, field!, order: null);
                break;
            default:
                var clean = value.DeepClone();
                if (clean is JsonObject map)
                {
                    DropNulls(map);
                    WithoutDirectives(map);
                }
                else if (clean is JsonArray list && Merges(field))
                {
                    // Nothing to merge with: take the items that are to be there.
                    clean = ListMerge.Apply([], list, field!, order: null);
                }

                target[key] = clean;
                break;
        }
    }

    private static void Reorder(JsonObject target, JsonObject patch, string key, JsonNode? order, TypeSchema? schema)
    {
        var field = schema?.Find(key);
        if (order is not JsonArray wanted || !Merges(field)) return;
        var merged = ListMerge.Apply(target[key] as JsonArray ?? [], patch[key] as JsonArray ?? [], field!, wanted);
        if (merged.Count > 0 || target.ContainsKey(key)) target[key] = merged;
    }

    private static void DeletePrimitives(JsonObject target, string key, JsonNode? value)
    {
        if (target[key] is not JsonArray list || value is not JsonArray gone) return;
        foreach (var item in gone)
            foreach (var match in list.Where(one => JsonNode.DeepEquals(one, item)).ToList())
                list.Remove(match);
    }

    private static bool Merges(FieldSchema? field) => field is { MapKeys.Count: > 0 } or { IsSet: true };

    internal static JsonObject WithoutDirectives(JsonObject map)
    {
        foreach (var key in map.Select(pair => pair.Key).Where(IsDirective).ToList()) map.Remove(key);
        foreach (var (_, value) in map)
        {
            if (value is JsonObject child) WithoutDirectives(child);
            else if (value is JsonArray list)
                foreach (var item in list.OfType<JsonObject>())
                    WithoutDirectives(item);
        }

        return map;
    }

    internal static void DropNulls(JsonObject map)
    {
        foreach (var key in map.Where(pair => pair.Value.Is(JsonValueKind.Null) || pair.Value is null).Select(pair => pair.Key).ToList()) map.Remove(key);
        foreach (var (_, value) in map)
            if (value is JsonObject child) DropNulls(child);
    }

    private static bool IsDirective(string key) => key is Directive or RetainKeys
        || key.StartsWith(DeleteFrom, StringComparison.Ordinal) || key.StartsWith(SetOrder, StringComparison.Ordinal);
}
