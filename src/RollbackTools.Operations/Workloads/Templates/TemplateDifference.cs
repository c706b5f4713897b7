using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>
/// What lies between two pod templates, field by field, with lists matched by the API's merge keys and the API's defaults left out. It can name
/// the changes, and make the same changes to a third document, such as the manifest somebody applied.
/// </summary>
public static class TemplateDifference
{
    // `kubectl rollout restart` writes it into the template, and nobody into a manifest.
    internal const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    /// <summary>
    /// One line a change: images with both values, anything else by its path alone, because a value may be a secret.
    /// </summary>
    public static IReadOnlyList<string> Describe(PodTemplate from, PodTemplate to)
    {
        List<string> lines = [];
        Walk(from.Json, to.Json, "", "", TemplatePlace.Template, lines);
        return lines;
    }

    /// <summary>
    /// Makes the changes between <paramref name="from"/> and <paramref name="to"/> to <paramref name="declared"/>. What both of them have and
    /// <paramref name="declared"/> does not is somebody else's and stays out; so does what the API server would fill in.
    /// </summary>
    public static JsonObject ApplyTo(JsonObject declared, PodTemplate from, PodTemplate to)
    {
        MergeObject(declared, from.Json, to.Json, TemplatePlace.Template);
        return declared;
    }

    private static void Walk(JsonElement from, JsonElement to, string path, string field, TemplatePlace place, List<string> lines)
    {
        if (from.ValueKind == JsonValueKind.Object && to.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in Names(from, to, place))
            {
                if (!Says(from, name, place) && !Says(to, name, place)) continue;
                Walk(Property(from, name), Property(to, name), path.Length == 0 ? name : $"{path}.{name}", name, TemplateDefaults.Below(place, name), lines);
            }
        }
        else if (from.ValueKind == JsonValueKind.Array && to.ValueKind == JsonValueKind.Array && TemplateLists.HasKeys(field))
        {
            var (before, after) = (TemplateLists.Named(field, from).ToDictionary(), TemplateLists.Named(field, to).ToDictionary());
            foreach (var id in before.Keys.Union(after.Keys))
                Walk(before.GetValueOrDefault(id), after.GetValueOrDefault(id), $"{path}[{id}]", "", place, lines);
        }
        else if (!Same(from, to, place))
        {
            lines.Add((field == "image", IsNothing(from), IsNothing(to)) switch
            {
                (true, false, false) => $"{path}: {from.GetString()} → {to.GetString()}",
                (_, true, _) => $"{path}: added",
                (_, _, true) => $"{path}: removed",
                _ => $"{path}: changed",
            });
        }
    }

    private static void MergeObject(JsonObject declared, JsonElement from, JsonElement to, TemplatePlace place)
    {
        foreach (var name in Names(from, to, place).ToList())
        {
            var (before, after) = (Property(from, name), Property(to, name));
            var below = TemplateDefaults.Below(place, name);
            if (Same(before, after, below) || (name == RestartedAt && !declared.ContainsKey(name))) continue;
            if (!Says(to, name, place))
            {
                declared.Remove(name);
            }
            else if (!declared.ContainsKey(name))
            {
                if (!Says(from, name, place)) PutSpoken(declared, name, after, below);
                else if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object) MergeAbsent(declared, name, before, after, below);
                else if (TemplateLists.HasKeys(name)) MergeAbsentList(declared, name, before, after, below);
            }
            else if (declared[name] is JsonObject inner && before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
            {
                var held = inner.Count > 0;
                MergeObject(inner, before, after, below);
                if (held && inner.Count == 0) declared.Remove(name);
            }
            else if (declared[name] is JsonArray list && before.ValueKind == JsonValueKind.Array && after.ValueKind == JsonValueKind.Array && TemplateLists.HasKeys(name))
            {
                MergeList(list, name, before, after, below);
                if (list.Count == 0) declared.Remove(name);
            }
            else
            {
                declared[name] = Spoken(after, below);
            }
        }
    }

    private static void PutSpoken(JsonObject declared, string name, JsonElement after, TemplatePlace place)
    {
        var spoken = Spoken(after, place);
        if (spoken is not JsonObject { Count: 0 } || !after.EnumerateObject().Any()) Put(declared, name, spoken);
    }

    private static void MergeAbsent(JsonObject declared, string name, JsonElement before, JsonElement after, TemplatePlace place)
    {
        JsonObject inner = [];
        MergeObject(inner, before, after, place);
        if (inner.Count > 0) Put(declared, name, inner);
    }

    private static void MergeAbsentList(JsonObject declared, string name, JsonElement before, JsonElement after, TemplatePlace place)
    {
        JsonArray list = [];
        MergeList(list, name, before, after, place);
        if (list.Count > 0) Put(declared, name, list);
    }

    private static void MergeList(JsonArray declared, string field, JsonElement from, JsonElement to, TemplatePlace place)
    {
        var (before, after, mine) = (TemplateLists.Named(field, from), TemplateLists.Named(field, to), TemplateLists.Named(field, declared));
        var (old, wanted) = (before.ToDictionary(), after.ToDictionary());
        List<KeyValuePair<string, JsonNode?>> result = [];
        foreach (var (id, item) in mine)
        {
            if (old.ContainsKey(id) && !wanted.ContainsKey(id)) continue;
            if (item is JsonObject target && old.TryGetValue(id, out var x) && wanted.TryGetValue(id, out var y) && !Same(x, y, place)) MergeObject(target, x, y, place);
            result.Add(new(id, item));
        }

        var added = after.Where(one => !old.ContainsKey(one.Key) && !mine.Any(item => item.Key == one.Key)).ToList();
        result.AddRange(added.Select(one => new KeyValuePair<string, JsonNode?>(one.Key, SpokenItem(one.Value, to, place))));
        var order = after.Select(one => one.Key).ToList();
        // In the order of the target where that differs; who has more than it knows keeps that last.
        if (added.Count > 0 || !before.Select(one => one.Key).Where(wanted.ContainsKey).SequenceEqual(order.Where(old.ContainsKey)))
            result = [.. result.OrderBy(one => order.IndexOf(one.Key) is >= 0 and var at ? at : int.MaxValue)];
        declared.Clear();
        foreach (var (_, item) in result) declared.Add(item);
    }

    /// <summary>A value as somebody would write it: without what the server fills in, and in kubectl's order.</summary>
    private static JsonNode? Spoken(JsonElement value, TemplatePlace place) => value.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(value.EnumerateObject().Where(field => Says(value, field.Name, place) && field.Name != RestartedAt).OrderBy(field => field.Name, StringComparer.Ordinal)
            .Select(field => KeyValuePair.Create(field.Name, Spoken(field.Value, TemplateDefaults.Below(place, field.Name))))),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(item => SpokenItem(item, value, place))]),
        _ => Node(value),
    };

    // Of two ports with one number (53/TCP, 53/UDP) each says which it is.
    private static JsonNode? SpokenItem(JsonElement item, JsonElement list, TemplatePlace place)
    {
        var spoken = Spoken(item, place);
        if (place == TemplatePlace.Port && spoken is JsonObject port && list.EnumerateArray().Count(other => Same(Property(other, "containerPort"), Property(item, "containerPort"), place)) > 1)
            Put(port, "protocol", Node(Property(item, "protocol")));
        return spoken;
    }

    // kubectl sorts; another order is somebody's own, and there the end is as good a place as any.
    private static void Put(JsonObject map, string name, JsonNode? value)
    {
        var names = map.Select(pair => pair.Key).ToList();
        var sorted = names.Zip(names.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) < 0);
        var later = sorted ? map.Where(pair => string.CompareOrdinal(pair.Key, name) > 0).ToList() : [];
        foreach (var (key, _) in later) map.Remove(key);
        if (value is not null) map[name] = value;
        foreach (var (key, node) in later) map[key] = node;
    }

    private static bool Says(JsonElement map, string name, TemplatePlace place) =>
        map.TryGetProperty(name, out _) && map.EnumerateObject().First(field => field.NameEquals(name)) is var field
        && !IsNothing(field.Value) && !TemplateDefaults.IsDefault(place, field, map);

    private static bool Same(JsonElement x, JsonElement y, TemplatePlace place) =>
        (IsNothing(x) && IsNothing(y)) || JsonNode.DeepEquals(Node(x), Node(y))
        || (!IsNothing(x) && !IsNothing(y) && TemplateDefaults.Canonical(place, x) is { } amount && amount == TemplateDefaults.Canonical(place, y));

    private static bool IsNothing(JsonElement element) => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    private static JsonElement Property(JsonElement map, string name) => map.TryGetProperty(name, out var value) ? value : default;

    private static JsonNode? Node(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        _ => JsonValue.Create(element),
    };

    private static IEnumerable<string> Names(JsonElement from, JsonElement to, TemplatePlace place) =>
        from.EnumerateObject().Concat(to.EnumerateObject()).Select(field => field.Name).Distinct().Where(name => !IsControllers(place, name));

    private static bool IsControllers(TemplatePlace place, string name) =>
        (place == TemplatePlace.Labels && PodTemplate.HashLabels.Contains(name)) || (place == TemplatePlace.Template && name == "$patch");
}
