using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>Values the way Go's <c>%#v</c> shows them in error messages.</summary>
internal static class Go
{
    public static string Map(JsonObject? map) => map is null
        ? "map[string]string(nil)"
        : $"map[string]string{{{string.Join(", ", map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"\"{pair.Key}\":\"{pair.Value}\""))}}}";

    /// <summary>Any value, the way <c>%v</c> shows it.</summary>
    public static string Show(JsonNode? value) => value switch
    {
        null => "<nil>",
        JsonObject map => $"map[{string.Join(' ', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{Show(pair.Value)}"))}]",
        JsonArray list => $"[{string.Join(' ', list.Select(Show))}]",
        _ => value.ToString(),
    };

    public static GoLiteral IntOrString(JsonNode? value) => new(value?.GetValueKind() == System.Text.Json.JsonValueKind.String
        ? $"intstr.IntOrString{{Type:1, IntVal:0, StrVal:\"{value}\"}}"
        : $"intstr.IntOrString{{Type:0, IntVal:{value?.ToString() ?? "0"}, StrVal:\"\"}}");

    public static GoLiteral RoleRef(JsonObject? role) =>
        new($"rbac.RoleRef{{APIGroup:\"{role.Text("apiGroup")}\", Kind:\"{role.Text("kind")}\", Name:\"{role.Text("name")}\"}}");

    public static GoLiteral Selector(JsonObject? selector)
    {
        if (selector is null) return new GoLiteral("(*v1.LabelSelector)(nil)");
        var requirements = selector.Objects("matchExpressions").Select(one =>
            $"v1.LabelSelectorRequirement{{Key:\"{one.Text("key")}\", Operator:\"{one.Text("operator")}\", Values:[]string{{" +
            $"{string.Join(", ", (one.List("values") ?? []).Select(value => $"\"{value}\""))}}}}}").ToList();
        var expressions = requirements.Count == 0
            ? "[]v1.LabelSelectorRequirement(nil)"
            : $"[]v1.LabelSelectorRequirement{{{string.Join(", ", requirements)}}}";
        return new GoLiteral($"v1.LabelSelector{{MatchLabels:{Map(selector.Child("matchLabels"))}, MatchExpressions:{expressions}}}");
    }
}

/// <summary>Text that is shown as it is, not quoted.</summary>
internal sealed record GoLiteral(string Text)
{
    public override string ToString() => Text;
}
