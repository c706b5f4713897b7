using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>
/// YAML as JSON, by what the readers of sigs.k8s.io/yaml and kustomize agree on: the core schema, with YAML 1.1's octal numbers
/// (<c>0644</c>) and merge keys (<c>&lt;&lt;</c>).
/// </summary>
internal static partial class YamlJson
{
    public static JsonNode? Parse(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode);
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => Map(map),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode scalar => Scalar(scalar),
        _ => null,
    };

    private static JsonObject Map(YamlMappingNode map)
    {
        JsonObject converted = [];
        foreach (var (key, value) in map.Children)
        {
            if (IsMergeKey(key)) Merge(converted, value, map);
            else converted[((YamlScalarNode)key).Value ?? ""] = Convert(value);
        }

        return converted;
    }

    /// <summary>Takes over what the map itself does not say; of several, the first that says it.</summary>
    private static void Merge(JsonObject converted, YamlNode merged, YamlMappingNode own)
    {
        var said = own.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value).ToHashSet();
        foreach (var other in merged is YamlSequenceNode list ? list.Children : [merged])
        {
            if (Convert(other) is not JsonObject from) continue;
            foreach (var (key, value) in from)
                if (!said.Contains(key)) converted.TryAdd(key, value?.DeepClone());
        }
    }

    private static bool IsMergeKey(YamlNode key) => key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain };

    private static JsonNode? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)) return text;
        if (text is "" or "~" or "null" or "Null" or "NULL") return null;
        if (text is "true" or "True" or "TRUE") return true;
        if (text is "false" or "False" or "FALSE") return false;
        if (Based(text) is { } based) return based;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return text.AsSpan().ContainsAnyInRange('0', '9')
            && double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var real)
            ? real
            : text;
    }

    /// <summary>A whole number in base 8, 16 or 2.</summary>
    private static long? Based(string text)
    {
        var match = BasedNumber().Match(text);
        if (!match.Success) return null;
        try
        {
            var size = match.Groups["hex"].Success ? 16 : match.Groups["binary"].Success ? 2 : 8;
            var number = System.Convert.ToInt64(match.Groups["digits"].Value, size);
            return text[0] == '-' ? -number : number;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[-+]?(?:0o?(?<digits>[0-7]+)|(?<hex>0x)(?<digits>[0-9a-fA-F]+)|(?<binary>0b)(?<digits>[01]+))$")]
    private static partial Regex BasedNumber();
}
