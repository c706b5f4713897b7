using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>JSON merge patches between two documents, as helm makes them for kinds its client has no types of.</summary>
internal static class JsonMerge
{
    /// <summary>What takes the first to the second; empty when they are the same. What is live has no say.</summary>
    public static JsonObject Between(JsonObject from, JsonObject to)
    {
        JsonObject patch = [];
        foreach (var (key, value) in to)
        {
            if (from.TryGetPropertyValue(key, out var old) && JsonNode.DeepEquals(old, value)) continue;
            patch[key] = old is JsonObject before && value is JsonObject after ? Between(before, after) : value?.DeepClone();
        }

        foreach (var (key, _) in from)
            if (!to.ContainsKey(key)) patch[key] = null;
        return patch;
    }
}
