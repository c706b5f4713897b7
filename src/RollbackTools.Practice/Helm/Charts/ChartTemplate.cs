using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RollbackTools.Practice.Helm.Charts;

/// <summary>
/// Go's template language, as much as the practice charts use: fields (<c>.Values.image.tag</c>, <c>$.Release.Name</c>), <c>quote</c>,
/// <c>if</c>, <c>else</c>, <c>range</c> over lists, and the dashes that take white space away.
/// </summary>
internal static partial class ChartTemplate
{
    /// <summary>Throws <see cref="FormatException"/> for what it does not know.</summary>
    public static string Render(string template, JsonObject values)
    {
        Queue<Piece> pieces = new(Parse(template));
        StringBuilder text = new();
        Block(pieces, values, values, text, write: true);
        return pieces.Count == 0 ? text.ToString() : throw new FormatException("A template has an end too many.");
    }

    /// <summary>Writes up to the <c>else</c> or <c>end</c> that closes the block, and returns which it was.</summary>
    private static string Block(Queue<Piece> pieces, JsonNode? here, JsonObject root, StringBuilder text, bool write)
    {
        while (pieces.TryDequeue(out var piece))
        {
            if (!piece.IsAction)
            {
                if (write) text.Append(piece.Text);
                continue;
            }

            switch (piece.Text.Split(' ', 2))
            {
                case ["end" or "else"]:
                    return piece.Text;
                case ["if", var condition]:
                    var holds = write && Holds(Find(condition, here, root));
                    if (Block(pieces, here, root, text, holds) == "else") Block(pieces, here, root, text, write && !holds);
                    break;
                case ["range", var list]:
                    Range(pieces, write ? Find(list, here, root) as JsonArray ?? [] : [], root, text);
                    break;
                default:
                    if (write) text.Append(Value(piece.Text, here, root));
                    break;
            }
        }

        return "";
    }

    private static void Range(Queue<Piece> pieces, JsonArray items, JsonObject root, StringBuilder text)
    {
        List<Piece> body = [.. pieces];
        Block(pieces, null, root, text, write: false);
        foreach (var item in items) Block(new Queue<Piece>(body), item, root, text, write: true);
    }

    private static string Value(string action, JsonNode? here, JsonObject root)
    {
        var parts = action.Split('|', StringSplitOptions.TrimEntries);
        var text = Find(parts[0], here, root) switch
        {
            null => "",
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            var other => other.ToJsonString(),
        };
        return parts[1..] switch
        {
            [] => text,
            ["quote"] => JsonSerializer.Serialize(text),
            _ => throw new FormatException($"A chart template says {{{{ {action} }}}}, which is not known here."),
        };
    }

    private static JsonNode? Find(string path, JsonNode? here, JsonObject root)
    {
        if (!Field().IsMatch(path)) throw new FormatException($"A chart template says {path}, which is not known here.");
        var node = path.StartsWith('$') ? root : here;
        foreach (var name in path.TrimStart('$').Split('.', StringSplitOptions.RemoveEmptyEntries)) node = (node as JsonObject)?[name];
        return node;
    }

    private static bool Holds(JsonNode? value) => value switch
    {
        null => false,
        JsonObject map => map.Count > 0,
        JsonArray list => list.Count > 0,
        _ => value.ToJsonString() is not ("false" or "0" or "\"\""),
    };

    private static IEnumerable<Piece> Parse(string template)
    {
        var at = 0;
        foreach (Match match in Action().Matches(template))
        {
            yield return new Piece(template[at..match.Index], IsAction: false);
            yield return new Piece(match.Groups["what"].Value, IsAction: true);
            at = match.Index + match.Length;
        }

        yield return new Piece(template[at..], IsAction: false);
    }

    [GeneratedRegex(@"(?:\s*\{\{-|\{\{)\s*(?<what>.+?)\s*(?:-\}\}\s*|\}\})")]
    private static partial Regex Action();

    [GeneratedRegex(@"^\$?(\.[A-Za-z_]\w*)*\.?$")]
    private static partial Regex Field();

    private sealed record Piece(string Text, bool IsAction);
}
