using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Validation;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>The list half of a strategic merge: which items there are, and in which order.</summary>
internal static class ListMerge
{
    /// <param name="order">The <c>$setElementOrder</c> list, if the patch has one.</param>
    public static JsonArray Apply(JsonArray live, JsonArray patch, FieldSchema field, JsonArray? order)
    {
        var key = field.PatchMergeKey;
        var original = live.Select(item => item?.DeepClone()).ToList();
        if (Directives(patch, original, key) is { } replaced) return [.. replaced];

        var free = live.Count - original.Count;
        var changes = patch.Where(item => (string?)(item as JsonObject)?["$patch"] is null or "merge").ToList();
        List<JsonNode?> merged = [.. original];
        foreach (var change in changes)
        {
            var at = merged.FindIndex(item => Same(item, change, key));
            if (key is null)
            {
                if (at < 0) merged.Add(change?.DeepClone());
                continue;
            }

            if (change is not JsonObject item || item[key] is null)
                throw new PatchException($"map: {Go.Show(change)} does not contain declared merge key: {key}");
            if (at >= 0)
            {
                merged[at] = StrategicMergePatch.Apply((JsonObject)merged[at]!, item, field.Type);
            }
            else
            {
                var added = (JsonObject)item.DeepClone();
                StrategicMergePatch.DropNulls(added);
                merged.Add(StrategicMergePatch.WithoutDirectives(added));
            }
        }

        var leading = order is null ? changes : [.. order];
        var named = merged.Where(item => leading.Any(one => Same(one, item, key)))
            .OrderBy(item => leading.FindIndex(one => Same(one, item, key))).ToList();
        var serverOnly = merged.Where(item => !leading.Any(one => Same(one, item, key))).ToList();
        // The server puts new items into the places of those it took out, before it looks which comes first.
        List<JsonNode?> places = [.. original, .. merged.Skip(original.Count).Take(free)];
        return [.. Interleave(serverOnly, named, places, key)];
    }

    /// <summary>Obeys <c>$patch</c> in items: deletes from <paramref name="original"/>, or returns the list that replaces it.</summary>
    private static List<JsonNode?>? Directives(JsonArray patch, List<JsonNode?> original, string? key)
    {
        if (key is null) return null;
        if (patch.Any(item => (string?)(item as JsonObject)?["$patch"] == "replace"))
            return [.. patch.Where(item => (string?)(item as JsonObject)?["$patch"] != "replace").Select(item => item?.DeepClone())];

        foreach (var item in patch)
        {
            switch ((string?)(item as JsonObject)?["$patch"])
            {
                case null or "merge":
                    break;
                case "delete":
                    if (item![key] is null) throw new PatchException($"map: {Go.Show(item)} does not contain declared merge key: {key}");
                    original.RemoveAll(one => Same(one, item, key));
                    break;
                case var other:
                    throw new PatchException($"unknown patch type: {other}");
            }
        }

        return null;
    }

    /// <summary>Puts the items the patch does not name among those it does, as near to their place in the live list as both orders allow.</summary>
    private static IEnumerable<JsonNode?> Interleave(List<JsonNode?> left, List<JsonNode?> right, List<JsonNode?> places, string? key)
    {
        var (i, j) = (0, 0);
        while (i < left.Count || j < right.Count)
        {
            if (j >= right.Count) yield return left[i++];
            else if (i >= left.Count) yield return right[j++];
            else
            {
                var (l, r) = (Place(left[i]), Place(right[j]));
                yield return l >= 0 && r >= 0 && l < r ? left[i++] : right[j++];
            }
        }

        int Place(JsonNode? item)
        {
            for (var at = 0; at < places.Count; at++)
                if (Same(places[at], item, key)) return at;
            return -1;
        }
    }

    private static bool Same(JsonNode? left, JsonNode? right, string? key) => key is null
        ? JsonNode.DeepEquals(left, right)
        : left is JsonObject one && right is JsonObject other && one[key] is { } a && other[key] is { } b && a.ToString() == b.ToString();
}
