using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Objects;

/// <summary>
/// What an object becomes when a manifest is applied to it: what the manifest says holds, what an earlier one said and this one does not goes,
/// and everything else stays as it is, whoever wrote it. The server is then sent the difference (<see cref="ObjectPatch"/>), so there is one
/// algorithm for built-in and custom kinds, and what was shown is what happens.
/// </summary>
public static class ThreeWayMerge
{
    /// <summary>
    /// None of the arguments is changed. <paramref name="before"/> is the manifest that made the object what it is; null when there is none.
    /// A null in <paramref name="target"/> takes a field away.
    /// </summary>
    public static JsonObject Merge(JsonObject? before, JsonObject target, JsonObject live, MergeRule rule) => Fields(before, target, live, rule);

    private static JsonObject Fields(JsonObject? before, JsonObject target, JsonObject live, MergeRule rule)
    {
        var result = (JsonObject)live.DeepClone();
        foreach (var (name, value) in target)
        {
            if (value is null) result.Remove(name);
            else result[name] = Value(before?[name], value, live[name], rule.Field(name));
        }

        foreach (var (name, _) in before ?? [])
        {
            if (!target.ContainsKey(name) && live[name] is { } left && Without(before![name], left, rule.Field(name)) is var rest) Put(result, name, rest);
        }

        if (rule.RetainKeys && target.Any(field => !Same(result[field.Key], live[field.Key])))
            foreach (var name in live.Select(field => field.Key).Where(name => !target.ContainsKey(name)).ToList()) result.Remove(name);
        return result;
    }

    private static JsonNode Value(JsonNode? before, JsonNode target, JsonNode? live, MergeRule rule) => (target, live) switch
    {
        (JsonObject wanted, JsonObject there) when !rule.IsAtomic => Fields(before as JsonObject, wanted, there, rule),
        (JsonArray wanted, JsonArray there) when rule.IsSet => Set(before as JsonArray, wanted, there),
        (JsonArray wanted, JsonArray there) when rule.Keys.Count > 0 => Items(before as JsonArray, wanted, there, rule),
        _ when live is not null && Same(target, live) => live.DeepClone(),
        _ => Plain(target),
    };

    // What is left when an earlier manifest's field is gone: nothing, except where others have entries of their own.
    private static JsonNode? Without(JsonNode? before, JsonNode live, MergeRule rule)
    {
        JsonNode? rest = (before, live) switch
        {
            (JsonObject was, JsonObject there) when rule.IsShared => Fields(was, [], there, rule),
            (JsonArray was, JsonArray there) when rule.IsSet => Set(was, [], there),
            (JsonArray was, JsonArray there) when rule.Keys.Count > 0 => Items(was, [], there, rule),
            _ => null,
        };
        return rest is JsonObject { Count: 0 } or JsonArray { Count: 0 } ? null : rest;
    }

    private static JsonArray Items(JsonArray? before, JsonArray target, JsonArray live, MergeRule rule)
    {
        // Items that cannot be told apart cannot be merged: an environment that names a variable twice, a list of another shape.
        if (ByKey(target, rule) is not { } wanted || ByKey(live, rule) is not { } there) return (JsonArray)Plain(target);
        var was = ByKey(before ?? [], rule) ?? [];
        var item = rule with { Keys = [] };
        Dictionary<string, JsonNode> merged = [];
        foreach (var (key, value) in wanted) merged[key] = there.TryGetValue(key, out var match) ? Fields(was.GetValueOrDefault(key), value, match, item) : Plain(value);
        List<string> stay = [.. there.Keys.Where(key => wanted.ContainsKey(key) || !was.ContainsKey(key))];
        // The server puts new items into the places of those it took out, before it looks which comes first.
        var reused = wanted.Keys.Where(key => !there.ContainsKey(key)).Take(there.Count - stay.Count);
        return Ordered([.. wanted.Keys], [.. stay, .. reused], key => merged.GetValueOrDefault(key) ?? there[key].DeepClone());
    }

    private static JsonArray Set(JsonArray? before, JsonArray target, JsonArray live)
    {
        var was = Texts(before ?? []).ToHashSet();
        List<string> wanted = [.. Texts(target).Distinct()];
        Dictionary<string, JsonNode> nodes = [];
        foreach (var node in target.Concat(live)) nodes.TryAdd(node?.ToJsonString() ?? "null", node!);
        return Ordered(wanted, [.. Texts(live).Distinct().Where(key => wanted.Contains(key) || !was.Contains(key))], key => nodes[key].DeepClone());

        static IEnumerable<string> Texts(JsonArray values) => values.Select(value => value?.ToJsonString() ?? "null");
    }

    /// <summary>
    /// The target's items in the target's order, and those only the server has between them: before the first that came after it on the server
    /// (kubectl's order, so that the two do not undo each other's).
    /// </summary>
    private static JsonArray Ordered(List<string> wanted, List<string> there, Func<string, JsonNode> node)
    {
        Queue<string> others = new(there.Where(key => !wanted.Contains(key)));
        JsonArray result = [];
        foreach (var key in wanted)
        {
            var place = there.IndexOf(key);
            while (others.Count > 0 && place >= 0 && there.IndexOf(others.Peek()) < place) result.Add(node(others.Dequeue()));
            result.Add(node(key));
        }

        while (others.Count > 0) result.Add(node(others.Dequeue()));
        return result;
    }

    private static Dictionary<string, JsonObject>? ByKey(JsonArray items, MergeRule rule)
    {
        Dictionary<string, JsonObject> found = [];
        foreach (var node in items)
        {
            if (node is not JsonObject item || KeyOf(item, rule) is not { } key || !found.TryAdd(key, item)) return null;
        }

        return found;
    }

    private static string? KeyOf(JsonObject item, MergeRule rule)
    {
        List<string> parts = [];
        foreach (var key in rule.Keys)
        {
            if ((item[key.Field] is JsonValue value ? value.ToString() : key.Default) is not { } part) return null;
            parts.Add(part);
        }

        return string.Join('\n', parts);
    }

    // As a new value: its nulls say what is not there.
    private static JsonNode Plain(JsonNode node)
    {
        if (node is not JsonObject and not JsonArray) return node.DeepClone();
        if (node is JsonArray list) return new JsonArray([.. list.Select(item => item is null ? null : Plain(item))]);
        JsonObject plain = [];
        foreach (var (name, value) in node.AsObject())
            if (value is not null) plain[name] = Plain(value);
        return plain;
    }

    private static void Put(JsonObject result, string name, JsonNode? value)
    {
        if (value is null) result.Remove(name);
        else result[name] = value;
    }

    private static bool Same(JsonNode? one, JsonNode? other) => JsonNode.DeepEquals(one, other);
}
