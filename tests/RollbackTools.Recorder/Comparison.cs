using System.Text.Json.Nodes;

namespace RollbackTools.Recorder;

/// <summary>Where two answers differ, field by field.</summary>
public static class Comparison
{
    /// <summary>One line a difference: the field, what was recorded, what came.</summary>
    public static IEnumerable<string> Of(Answer recorded, Answer actual)
    {
        if (recorded.Status != actual.Status) yield return $"status: {recorded.Status}, not {actual.Status}";
        foreach (var name in recorded.Headers.Keys.Union(actual.Headers.Keys).Order(StringComparer.Ordinal))
        {
            var (one, other) = (recorded.Headers.GetValueOrDefault(name), actual.Headers.GetValueOrDefault(name));
            if (one != other) yield return $"{name}: {one ?? "nothing"}, not {other ?? "nothing"}";
        }

        if (recorded.Text != actual.Text) yield return $"text: {recorded.Text ?? "nothing"}, not {actual.Text ?? "nothing"}";
        foreach (var line in Of(recorded.Body, actual.Body, "body").Concat(Of(recorded.Events, actual.Events, "events"))) yield return line;
    }

    private static IEnumerable<string> Of(JsonNode? recorded, JsonNode? actual, string path)
    {
        if (JsonNode.DeepEquals(recorded, actual)) return [];
        return (recorded, actual) switch
        {
            (JsonObject one, JsonObject other) => one.Select(pair => pair.Key).Union(other.Select(pair => pair.Key)).SelectMany(key =>
                one.ContainsKey(key) == other.ContainsKey(key)
                    ? Of(one[key], other[key], $"{path}.{key}")
                    : [$"{path}.{key}: {(one.ContainsKey(key) ? Show(one[key]) : "absent")}, not {(other.ContainsKey(key) ? Show(other[key]) : "absent")}"]),
            (JsonArray one, JsonArray other) when one.Count == other.Count =>
                Enumerable.Range(0, one.Count).SelectMany(at => Of(one[at], other[at], $"{path}[{at}]")),
            _ => [$"{path}: {Show(recorded)}, not {Show(actual)}"],
        };
    }

    private static string Show(JsonNode? node) => node?.ToJsonString(Story.Json).ReplaceLineEndings(" ").Replace("  ", "", StringComparison.Ordinal) ?? "null";
}
