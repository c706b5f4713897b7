using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>
/// JSON in the bytes that Go's encoding/json makes of it, which clients and servers written in Go compare and keep: members sorted, HTML's
/// letters and the two line separators escaped, everything else as it is.
/// </summary>
internal static class GoJson
{
    public static string Write(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{Quote(pair.Key)}:{Write(pair.Value)}"))}}}",
        JsonArray list => $"[{string.Join(',', list.Select(Write))}]",
        _ when node.GetValueKind() == JsonValueKind.String => Quote(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    private static string Quote(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (var letter in text)
        {
            if ("\"\\".Contains(letter)) quoted.Append('\\').Append(letter);
            else if ("\b\f\n\r\t".IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at) quoted.Append('\\').Append("bfnrt"[at]);
            else if (letter < 32 || "<>&\u2028\u2029".Contains(letter)) quoted.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
            else quoted.Append(letter);
        }

        return quoted.Append('"').ToString();
    }
}
