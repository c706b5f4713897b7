using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>RFC 6902 as the API server has it (evanphx/json-patch v4): a value is tested by its bytes, and replacing adds what is not there.</summary>
internal static class JsonPatch
{
    /// <summary>Applies the operations in order to <paramref name="document"/> and returns the result.</summary>
    public static JsonNode? Apply(JsonNode? document, JsonArray operations)
    {
        foreach (var operation in operations)
        {
            if (operation is not JsonObject one || (string?)one["op"] is not { } op || (string?)one["path"] is not { } path)
                throw new PatchException("a JSON patch operation has an op and a path");
            document = op switch
            {
                "add" => Add(document, path, Value(one)),
                "remove" => Remove(document, path),
                "replace" => Replace(document, path, Value(one)),
                "move" => Move(document, From(one), path),
                "copy" => Add(document, path, Get(document, From(one))?.DeepClone()),
                "test" => Test(document, path, Value(one)),
                _ => throw new PatchException($"Unexpected kind: {op}"),
            };
        }

        return document;
    }

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value) ? value?.DeepClone() : throw new PatchException("missing value");

    private static string From(JsonObject operation) => (string?)operation["from"] ?? throw new PatchException("missing from");

    private static JsonNode? Move(JsonNode? document, string from, string path)
    {
        if (path.StartsWith(from + "/", StringComparison.Ordinal)) throw new PatchException("cannot move a value into itself");
        var value = Get(document, from)?.DeepClone();
        return Add(Remove(document, from), path, value);
    }

    private static JsonNode? Test(JsonNode? document, string path, JsonNode? value)
    {
        // What is not there is null, so long as what would hold it is.
        if (Parent(document, path).Parent is JsonArray list) Index(path[(path.LastIndexOf('/') + 1)..], list.Count - 1);
        var actual = TryGet(document, path).Value;
        return Same(actual, value) ? document : throw new PatchException($"testing value {path} failed: test failed");
    }

    private static bool Same(JsonNode? actual, JsonNode? tested) => (actual, tested) switch
    {
        (null, _) or (_, null) => actual is null && tested is null,
        (JsonObject x, JsonObject y) => x.Count == y.Count && x.All(pair => y.TryGetPropertyValue(pair.Key, out var other) && Same(pair.Value, other)),
        (JsonArray x, JsonArray y) => x.Count == y.Count && x.Zip(y).All(pair => Same(pair.First, pair.Second)),
        // As the request has it, beside what the server would write: \u0022 and \" are two texts, 2 and 2.0 two numbers.
        (JsonValue x, JsonValue y) => GoJson.Write(x) == (y.TryGetValue<JsonElement>(out var sent) ? sent.GetRawText() : GoJson.Write(y)),
        _ => false,
    };

    private static JsonNode? Add(JsonNode? document, string path, JsonNode? value)
    {
        if (path.Length == 0) return value;
        var (parent, last) = Parent(document, path);
        if (parent is JsonObject map)
        {
            map[last] = value;
        }
        else
        {
            var list = (JsonArray)parent;
            var at = last == "-" ? list.Count : Index(last, list.Count, list.Count + 1);
            list.Insert(at, value);
        }

        return document;
    }

    private static JsonNode? Remove(JsonNode? document, string path)
    {
        if (path.Length == 0) return null;
        var (parent, last) = Parent(document, path);
        if (parent is JsonArray list) list.RemoveAt(Index(last, list.Count - 1));
        else if (!((JsonObject)parent).Remove(last)) throw new PatchException($"remove operation does not apply: doc is missing key: {path}: missing value");
        return document;
    }

    private static JsonNode? Replace(JsonNode? document, string path, JsonNode? value)
    {
        if (path.Length == 0) return value;
        var (parent, last) = Parent(document, path);
        if (parent is JsonArray list) list[Index(last, list.Count - 1)] = value;
        else ((JsonObject)parent)[last] = value;
        return document;
    }

    private static JsonNode? Get(JsonNode? document, string path)
    {
        var (found, value) = TryGet(document, path);
        return found ? value : throw new PatchException($"doc is missing path: {path}: missing value");
    }

    private static (bool Found, JsonNode? Value) TryGet(JsonNode? document, string path)
    {
        var node = document;
        foreach (var step in Steps(path))
        {
            switch (node)
            {
                case JsonObject map when map.TryGetPropertyValue(step, out var child):
                    node = child;
                    break;
                case JsonArray list when At(step, list.Count) is >= 0 and var at && at < list.Count:
                    node = list[at];
                    break;
                default:
                    return (false, null);
            }
        }

        return (true, node);
    }

    private static (JsonNode Parent, string Last) Parent(JsonNode? document, string path)
    {
        var steps = Steps(path);
        if (steps.Length == 0) throw new PatchException("doc is missing path: \"\": missing value");
        var slash = path.LastIndexOf('/');
        var (found, parent) = TryGet(document, path[..slash]);
        return found && parent is JsonObject or JsonArray ? (parent, steps[^1]) : throw new PatchException($"doc is missing path: {path}: missing value");
    }

    private static string[] Steps(string path)
    {
        if (path.Length == 0) return [];
        if (path[0] != '/') throw new PatchException($"a JSON pointer starts with '/': {path}");
        return [.. path[1..].Split('/').Select(step => step.Replace("~1", "/").Replace("~0", "~"))];
    }

    /// <summary>A place in a list; a negative one counts from the end, of which <paramref name="end"/> is the place.</summary>
    private static int Index(string text, int most, int? end = null) => At(text, end ?? most + 1) is >= 0 and var at && at <= most
        ? at
        : throw new PatchException($"Unable to access invalid index: {text}: invalid index referenced");

    private static int At(string text, int end) => int.TryParse(text, out var at) ? at < 0 ? at + end : at : -1;
}
