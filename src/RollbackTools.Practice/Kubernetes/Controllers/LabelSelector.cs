using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>metav1.LabelSelector: matchLabels and matchExpressions, all of which must hold.</summary>
internal static class LabelSelector
{
    /// <summary>Whether the selector (never null or empty: that selects nothing here) matches these labels.</summary>
    public static bool Matches(JsonNode? selector, IReadOnlyDictionary<string, string> labels)
    {
        var equal = selector.Object("matchLabels");
        var expressions = selector.At("matchExpressions") as JsonArray;
        if (equal is not { Count: > 0 } && expressions is not { Count: > 0 }) return false;
        return MatchesMap(equal, labels) && (expressions?.All(expression => Holds(expression, labels)) ?? true);
    }

    /// <summary>A plain map, as in a Service's selector; an empty one matches everything.</summary>
    public static bool MatchesMap(JsonObject? wanted, IReadOnlyDictionary<string, string> labels) =>
        wanted?.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value.Text()) ?? true;

    private static bool Holds(JsonNode? expression, IReadOnlyDictionary<string, string> labels)
    {
        var key = expression.Text("key") ?? "";
        var values = (expression.At("values") as JsonArray)?.Select(value => value.Text()).ToList() ?? [];
        var found = labels.TryGetValue(key, out var value);
        return expression.Text("operator") switch
        {
            "In" => found && values.Contains(value),
            "NotIn" => !found || !values.Contains(value),
            "Exists" => found,
            "DoesNotExist" => !found,
            _ => false,
        };
    }
}
