using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Objects;

/// <summary>Values as people read them, and as the API takes them for the same.</summary>
internal static class Scalars
{
    private const int Longest = 80;

    /// <summary>Whether the API makes the same of both: <c>1000m</c> is <c>1</c> where a quantity is meant, <c>1.0</c> is <c>1</c>.</summary>
    public static bool Same(JsonNode? from, JsonNode? to, string path)
    {
        if (JsonNode.DeepEquals(from, to)) return true;
        if (from is not JsonValue || to is not JsonValue) return false;
        if (from.GetValueKind() == JsonValueKind.Number && to.GetValueKind() == JsonValueKind.Number) return Number(from) == Number(to);
        return IsQuantity(path) && Quantity.Compare(from.ToString(), to.ToString()) == 0;
    }

    /// <summary>On one line, and not longer than a line is wide. Of what holds more than texts and numbers, only which fields there are.</summary>
    public static string Describe(JsonNode node) => node switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(value.GetValue<string>()),
        JsonArray list when list.All(item => item is JsonValue) => Short($"[{string.Join(", ", list.Select(item => item!.ToString()))}]"),
        JsonArray list => $"{list.Count} items",
        JsonObject fields => Short(fields["image"] is JsonValue image ? $"{{image: {image}, …}}" : $"{{{string.Join(", ", fields.Select(field => field.Key))}}}"),
        _ => node.ToJsonString(),
    };

    private static string Text(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        return lines.Length > 1 ? $"a text of {lines.Length} lines" : Short(lines[0].Length == 0 ? "\"\"" : new string([.. lines[0].Where(c => !char.IsControl(c))]));
    }

    private static string Short(string text) => text.Length <= Longest ? text : text[..(Longest - 1)] + "…";

    private static decimal? Number(JsonNode node) =>
        decimal.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsQuantity(string path) =>
        path.Contains(".limits.", StringComparison.Ordinal) || path.Contains(".requests.", StringComparison.Ordinal) || path.Contains(".limits[", StringComparison.Ordinal)
        || path.Contains(".requests[", StringComparison.Ordinal) || path.EndsWith(".sizeLimit", StringComparison.Ordinal) || path.StartsWith("spec.hard", StringComparison.Ordinal);
}
