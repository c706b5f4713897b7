using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Objects;

/// <summary>A list's items by what tells them apart.</summary>
internal static class ListItems
{
    /// <summary>Null when they cannot be told apart: no key, an item without it, or one key twice.</summary>
    public static Dictionary<string, JsonNode?>? ByKey(JsonArray list, MergeRule rule)
    {
        var keys = rule.Keys.Count > 0 ? rule.Keys : [new ItemKey("name")];
        Dictionary<string, JsonNode?> found = new(StringComparer.Ordinal);
        foreach (var item in list)
        {
            if (item is not JsonObject fields || KeyOf(fields, keys) is not { } key || !found.TryAdd(key, item)) return null;
        }

        return found;
    }

    private static string? KeyOf(JsonObject item, IReadOnlyList<ItemKey> keys)
    {
        // The second key is said only where it is not what it is by default: containerPort 80, port 53/UDP.
        var parts = keys.Select(key => item[key.Field]?.ToString() ?? key.Default).ToList();
        if (parts.Contains(null)) return null;
        return string.Join('/', parts.Where((part, i) => i == 0 || part != keys[i].Default));
    }
}
