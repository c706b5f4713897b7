using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>Reading a parsed object where any part may be missing.</summary>
internal static class Elements
{
    /// <summary>The element at the path; an undefined one when there is none.</summary>
    public static JsonElement At(this JsonElement element, params string[] path)
    {
        foreach (var step in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(step, out var next)) return default;
            element = next;
        }

        return element;
    }

    public static string Text(this JsonElement element, params string[] path) => element.At(path) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => "",
        var other => other.GetRawText(),
    };

    public static long Number(this JsonElement element, params string[] path) =>
        element.At(path) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : 0;

    public static long NumberOr(this JsonElement element, long otherwise, params string[] path) =>
        element.At(path).ValueKind == JsonValueKind.Number ? element.Number(path) : otherwise;

    public static bool True(this JsonElement element, params string[] path) => element.At(path).ValueKind == JsonValueKind.True;

    public static bool Has(this JsonElement element, params string[] path) =>
        element.At(path).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public static IEnumerable<JsonElement> Items(this JsonElement element, params string[] path)
    {
        var list = element.At(path);
        return list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();
    }

    public static IEnumerable<JsonProperty> Members(this JsonElement element, params string[] path)
    {
        var map = element.At(path);
        return map.ValueKind == JsonValueKind.Object ? map.EnumerateObject() : Enumerable.Empty<JsonProperty>();
    }

    public static DateTimeOffset? Time(this JsonElement element, params string[] path) =>
        DateTimeOffset.TryParse(element.Text(path), out var time) ? time : null;

    public static string OrNone(this string text) => text.Length == 0 ? "<none>" : text;
}
