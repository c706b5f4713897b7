using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RollbackTools.Recorder;

/// <summary>
/// Takes out of answers what no two servers have alike: uids, versions, times, addresses, hashes, random ends of names. Each becomes a
/// placeholder, and what was equal gets the same one throughout a story. Fields are visited in the order of their names, so that the numbers do not
/// depend on how a server orders them. Times of the year 2001 are a story's own, and stay. The whole object that a message quotes is left out.
/// </summary>
public sealed partial class Normalizer(string ns, string user)
{
    private static readonly HashSet<string> HoldHashes =
    [
        "pod-template-hash", "controller.kubernetes.io/hash", "controller-revision-hash", "currentRevision", "updateRevision",
        "rollouts-pod-template-hash", "currentPodHash", "currentStepHash", "stableRS", "activeSelector", "previewSelector",
    ];

    private readonly Dictionary<(string What, string Value), int> numbers = [];
    private readonly Dictionary<string, int> counts = [];
    private readonly Dictionary<string, string> names = [];

    /// <summary>A name that the server made up stands as its placeholder from now on.</summary>
    public void Call(string name, string placeholder) => names[name] = placeholder;

    /// <summary>The body with placeholders and its fields in order.</summary>
    public JsonNode? Apply(JsonNode? body)
    {
        FindHashes(body);
        return Visit(body, "", inList: false);
    }

    /// <summary>The same for text that is no JSON.</summary>
    public string Text(string text) => Free(text);

    private JsonNode? Visit(JsonNode? node, string field, bool inList)
    {
        switch (node)
        {
            case JsonObject map:
                // What a list, or a bookmark, is as new as depends on everybody's writes.
                var list = IsList(map) || map["type"]?.ToString() == "BOOKMARK";
                JsonObject sorted = [];
                foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    sorted[Free(key)] = Visit(value, key, list ? key is "metadata" or "object" : inList && (key is "metadata" or "resourceVersion"));
                return sorted;
            case JsonArray items:
                JsonArray visited = [];
                foreach (var item in items) visited.Add(Visit(item, field, inList: false));
                return visited;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return Word(value.GetValue<string>(), field, inList);
            default:
                return node?.DeepClone();
        }
    }

    private string Word(string text, string field, bool inList) => field switch
    {
        "resourceVersion" when inList => "<version of the list>",
        "resourceVersion" when text.Length > 0 => $"<version {Number("version", text)}>",
        "continue" when text.Length > 0 => "<continue>",
        "message" => Versions(Free(text)),
        _ => Free(text),
    };

    private string Free(string text)
    {
        foreach (var (name, placeholder) in names) text = text.Replace(name, placeholder, StringComparison.Ordinal);
        text = text.Replace(ns, "{namespace}", StringComparison.Ordinal);
        if (user.Length > 0) text = text.Replace(user, "<user>", StringComparison.Ordinal);
        foreach (var (what, value) in numbers.Keys.Where(key => key.What == "hash").ToList())
            text = text.Replace(value, $"<hash {numbers[(what, value)]}>", StringComparison.Ordinal);
        text = Uid().Replace(text, match => $"<uid {Number("uid", match.Value)}>");
        text = Time().Replace(text, match => IsOwn(match.Value) ? match.Value : match.Value.Contains('.') ? "<precise time>" : "<time>");
        text = Pointer().Replace(text, "<pointer>");
        text = Embedded().Replace(text, "Invalid value: \"<the object>\": ");
        text = ReplicaSet().Replace(text, match => $"ReplicaSet \"{match.Groups[1].Value}-<hash {Number("hash", match.Groups[2].Value)}>\"");
        text = PodSuffix().Replace(text, match => $"{match.Groups[1].Value}-<end {Number("end", match.Groups[2].Value)}>");
        return Address().Replace(text, match => match.Value is "0.0.0.0" or "127.0.0.1" ? match.Value : "<address>");
    }

    private string Versions(string text)
    {
        text = TooOld().Replace(text, "too old resource version: $1 (<version of the list>)");
        foreach (var (what, value) in numbers.Keys.Where(key => key.What == "version" && key.Value.Length > 2).ToList())
            text = Regex.Replace(text, $@"\b{value}\b", $"<version {numbers[(what, value)]}>");
        return text;
    }

    private void FindHashes(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                if (HoldHashes.Contains(key) && value is JsonValue) FindHash(value.ToString());
                else FindHashes(value);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list) FindHashes(item);
        }
    }

    /// <summary>A hash stands alone or behind the name of what it is the hash of.</summary>
    private void FindHash(string text)
    {
        var hash = text[(text.LastIndexOf('-') + 1)..];
        if (hash.Length > 4) Number("hash", hash);
    }

    // 2006 is the year of Go's time layouts, which its errors quote.
    private static bool IsOwn(string time) => time.StartsWith("2001", StringComparison.Ordinal) || time.StartsWith("2006", StringComparison.Ordinal);

    private int Number(string what, string value)
    {
        if (!numbers.TryGetValue((what, value), out var number))
            numbers[(what, value)] = number = counts[what] = counts.GetValueOrDefault(what) + 1;
        return number;
    }

    private static bool IsList(JsonObject map) =>
        map["kind"]?.ToString() is { } kind && kind.EndsWith("List", StringComparison.Ordinal) || map["kind"]?.ToString() == "Table";

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+\d\d:\d\d)")]
    private static partial Regex Time();

    [GeneratedRegex(@"too old resource version: (\d+) \(\d+\)")]
    private static partial Regex TooOld();

    [GeneratedRegex("ReplicaSet \"([a-z0-9-]+)-([a-z0-9]{5,10})\"")]
    private static partial Regex ReplicaSet();

    [GeneratedRegex("0xc[0-9a-f]{9}")]
    private static partial Regex Pointer();

    [GeneratedRegex("Invalid value: \"\\{.*\\}\": ", RegexOptions.Singleline)]
    private static partial Regex Embedded();

    [GeneratedRegex(@"(<hash \d+>)-([a-z0-9]{5})\b")]
    private static partial Regex PodSuffix();

    [GeneratedRegex(@"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b")]
    private static partial Regex Address();
}
