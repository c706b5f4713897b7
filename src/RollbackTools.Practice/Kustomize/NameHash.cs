using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// The suffix of a generated ConfigMap's or Secret's name: ten characters of the SHA-256 of its kind and data as Go's JSON encoder
/// writes them, with characters that could make words replaced (kustomize api/hasher).
/// </summary>
internal static class NameHash
{
    public static string Of(JsonObject item)
    {
        SortedDictionary<string, JsonNode?> hashed = new(StringComparer.Ordinal)
        {
            ["kind"] = item.Text("kind"),
            // kustomize looks the name up by a path that leads nowhere, so that prefixes do not change the hash.
            ["name"] = "",
            ["data"] = Map(item, "data") ?? "",
        };
        var secret = item.Text("kind") == "Secret";
        if (secret) hashed["type"] = item.Text("type") ?? "";
        var more = secret ? "stringData" : "binaryData";
        if (Map(item, more) is { } also) hashed[more] = also;

        StringBuilder text = new();
        Write(text, hashed);
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))).ToLowerInvariant()[..10];
        return string.Concat(hash.Select(c => c switch { '0' => 'g', '1' => 'h', '3' => 'k', 'a' => 'm', 'e' => 't', _ => c }));
    }

    private static JsonNode? Map(JsonObject item, string name) => item[name] is JsonObject map ? map.DeepClone() : null;

    private static void Write(StringBuilder text, IEnumerable<KeyValuePair<string, JsonNode?>> map)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!first) text.Append(',');
            first = false;
            Quote(text, key);
            text.Append(':');
            if (value is JsonObject inner) Write(text, inner);
            else if (value?.GetValueKind() == JsonValueKind.String) Quote(text, value.GetValue<string>());
            else text.Append(value?.ToJsonString() ?? "null");
        }

        text.Append('}');
    }

    /// <summary>A string as encoding/json writes it, which also escapes what HTML minds.</summary>
    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
