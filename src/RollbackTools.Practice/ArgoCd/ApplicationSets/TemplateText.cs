using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.ApplicationSets;

/// <summary>
/// Fills an ApplicationSet's template: <c>{{name}}</c>, or <c>{{ .name }}</c> with Go templates. Only plain fields; what is not given
/// stays as it is written.
/// </summary>
internal static partial class TemplateText
{
    public static JsonNode? Fill(JsonNode? template, JsonObject parameters) => template switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(Fill(pair.Key, parameters), Fill(pair.Value, parameters)))),
        JsonArray list => new JsonArray([.. list.Select(item => Fill(item, parameters))]),
        JsonValue value when value.TryGetValue<string>(out var text) => Fill(text, parameters),
        _ => template?.DeepClone(),
    };

    private static string Fill(string text, JsonObject parameters) => Field().Replace(text, match =>
        parameters.At(match.Groups["path"].Value.Split('.')) is JsonValue value ? value.ToString() : match.Value);

    [GeneratedRegex(@"\{\{-?\s*\.?(?<path>[A-Za-z_][\w.]*)\s*-?\}\}")]
    private static partial Regex Field();
}
