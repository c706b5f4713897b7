using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Images;

/// <summary>
/// What lies between two pod templates, field by field, with lists matched by the API's merge keys. It can name the changes,
/// and make the same changes to a third document: the manifest somebody applied, so that their next apply neither brings
/// back what was rolled back nor keeps what was removed (kubernetes#94698, kubectl#1301).
/// </summary>
public static class TemplateDifference
{
    // The patchMergeKey of each list in core/v1 PodSpec and Container; lists not named here are replaced whole.
    private static readonly Dictionary<string, string> MergeKeys = new()
    {
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["ephemeralContainers"] = "name",
        ["env"] = "name",
        ["volumes"] = "name",
        ["imagePullSecrets"] = "name",
        ["volumeMounts"] = "mountPath",
        ["volumeDevices"] = "devicePath",
        ["ports"] = "containerPort",
        ["hostAliases"] = "ip",
        ["topologySpreadConstraints"] = "topologyKey",
    };

    /// <summary>
    /// One line a change: images with both values, anything else by its path alone, because a value may be a secret.
    /// </summary>
    public static IReadOnlyList<string> Describe(PodTemplate from, PodTemplate to)
    {
        List<string> lines = [];
        Walk(from.Json, to.Json, "", "", lines);
        return lines;
    }

    /// <summary>Makes the changes between <paramref name="from"/> and <paramref name="to"/> to <paramref name="declared"/>.</summary>
    public static JsonObject ApplyTo(JsonObject declared, PodTemplate from, PodTemplate to) =>
        MergeObject(declared, JsonObject.Create(from.Json)!, JsonObject.Create(to.Json)!, atRoot: true);

    private static void Walk(JsonElement from, JsonElement to, string path, string field, List<string> lines)
    {
        if (from.ValueKind == JsonValueKind.Object && to.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in Names(from).Union(Names(to)))
            {
                if (IsControllers(path, name)) continue;
                Walk(Property(from, name), Property(to, name), path.Length == 0 ? name : $"{path}.{name}", name, lines);
            }
        }
        else if (from.ValueKind == JsonValueKind.Array && to.ValueKind == JsonValueKind.Array && MergeKeys.TryGetValue(field, out var key))
        {
            foreach (var id in Ids(from, key).Union(Ids(to, key)))
                Walk(Item(from, key, id), Item(to, key, id), $"{path}[{id}]", "", lines);
        }
        else if (!JsonNode.DeepEquals(Node(from), Node(to)) && !(IsNothing(from) && IsNothing(to)))
        {
            lines.Add((field == "image", IsNothing(from), IsNothing(to)) switch
            {
                (true, false, false) => $"{path}: {from.GetString()} → {to.GetString()}",
                (_, true, _) => $"{path}: added",
                (_, _, true) => $"{path}: removed",
                _ => $"{path}: changed",
            });
        }

        static JsonNode? Node(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.Object => JsonObject.Create(element),
            JsonValueKind.Array => JsonArray.Create(element),
            _ => JsonValue.Create(element),
        };

        static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
        static JsonElement Property(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value : default;
        static bool IsNothing(JsonElement element) => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        static IEnumerable<string> Ids(JsonElement list, string key) => list.EnumerateArray().Select(item => Id(item, key));
        static JsonElement Item(JsonElement list, string key, string id) => list.EnumerateArray().FirstOrDefault(item => Id(item, key) == id);
        static string Id(JsonElement item, string key) =>
            item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out var value) ? value.ToString() : item.GetRawText();
    }

    private static JsonObject MergeObject(JsonObject declared, JsonObject from, JsonObject to, bool atRoot = false)
    {
        foreach (var name in from.Select(pair => pair.Key).Union(to.Select(pair => pair.Key)).ToList())
        {
            if (atRoot && name == "$patch") continue;
            var (before, after) = (from[name], to[name]);
            if (JsonNode.DeepEquals(before, after) || PodTemplate.HashLabels.Contains(name)) continue;
            if (after is null)
            {
                declared.Remove(name);
                continue;
            }

            switch (before, after)
            {
                case (JsonObject x, JsonObject y):
                    var inner = declared[name] as JsonObject ?? [];
                    var merged = MergeObject(inner, x, y);
                    if (merged.Count == 0) declared.Remove(name);
                    else if (merged.Parent is null) declared[name] = merged;
                    break;
                case (JsonArray x, JsonArray y) when MergeKeys.TryGetValue(name, out var key) && declared[name] is JsonArray list:
                    MergeList(list, x, y, key);
                    if (list.Count == 0) declared.Remove(name);
                    break;
                default:
                    declared[name] = after.DeepClone();
                    break;
            }
        }

        return declared;
    }

    private static void MergeList(JsonArray declared, JsonArray from, JsonArray to, string key)
    {
        foreach (var id in from.Select(Id).Union(to.Select(Id)).ToList())
        {
            var (before, after, mine) = (Find(from), Find(to), Find(declared));
            if (JsonNode.DeepEquals(before, after)) continue;
            if (after is null)
            {
                if (mine is not null) declared.Remove(mine);
            }
            else if (mine is JsonObject target && before is JsonObject x && after is JsonObject y)
            {
                MergeObject(target, x, y);
            }
            else
            {
                if (mine is not null) declared.Remove(mine);
                declared.Add(after.DeepClone());
            }

            JsonNode? Find(JsonArray list) => list.FirstOrDefault(item => Id(item) == id);
        }

        string Id(JsonNode? item) => item?[key]?.ToJsonString() ?? "";
    }

    private static bool IsControllers(string path, string name) =>
        (path == "metadata.labels" && PodTemplate.HashLabels.Contains(name)) || (path.Length == 0 && name == "$patch");
}
