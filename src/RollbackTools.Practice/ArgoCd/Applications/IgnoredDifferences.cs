using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>The fields that <c>ignoreDifferences</c> leaves to others, by JSON pointer.</summary>
internal sealed class IgnoredDifferences(IEnumerable<JsonObject> rules)
{
    private readonly List<JsonObject> rules = [.. rules];

    public static IgnoredDifferences Of(ApplicationView application) => new(application.Json.Items("spec", "ignoreDifferences"));

    /// <summary>The pointers for one object, each as its steps.</summary>
    public IReadOnlyList<string[]> For(ResourceId id) =>
    [
        .. rules.Where(rule => Meets(rule, "group", id.Group) && Meets(rule, "kind", id.Kind)
                && Meets(rule, "name", id.Name) && Meets(rule, "namespace", id.Namespace))
            .SelectMany(rule => rule["jsonPointers"] as JsonArray ?? [])
            .Select(pointer => Steps(pointer.Text() ?? "")),
    ];

    public static string[] Steps(string pointer) =>
        [.. pointer.TrimStart('/').Split('/').Select(step => step.Replace("~1", "/").Replace("~0", "~"))];

    public static void Remove(JsonNode? from, ReadOnlySpan<string> steps)
    {
        var parent = Find(from, steps[..^1]);
        if (parent is JsonObject map) map.Remove(steps[^1]);
        else if (parent is JsonArray list && int.TryParse(steps[^1], out var at) && at >= 0 && at < list.Count) list.RemoveAt(at);
    }

    /// <summary>Gives the target the live value of a field, or takes the field away where the live object has none.</summary>
    public static void Copy(JsonObject live, JsonObject target, ReadOnlySpan<string> steps)
    {
        if (Find(live, steps) is { } value)
        {
            // What is ignored is in neither side of the patch, so it stays with whatever it lies in.
            if (Parent(target, steps[..^1]) is { } parent) parent[steps[^1]] = value.DeepClone();
        }
        else
        {
            Remove(target, steps);
        }
    }

    private static JsonObject? Parent(JsonObject target, ReadOnlySpan<string> steps)
    {
        var node = target;
        foreach (var step in steps)
        {
            if (node[step] is null) node[step] = new JsonObject();
            if (node[step] is not JsonObject map) return Find(target, steps) as JsonObject;
            node = map;
        }

        return node;
    }

    private static JsonNode? Find(JsonNode? node, ReadOnlySpan<string> steps)
    {
        foreach (var step in steps)
        {
            node = node switch
            {
                JsonObject map => map[step],
                JsonArray list when int.TryParse(step, out var at) && at >= 0 && at < list.Count => list[at],
                _ => null,
            };
        }

        return node;
    }

    private static bool Meets(JsonObject rule, string field, string? value) =>
        rule.Text(field) is not { Length: > 0 } wanted || wanted == "*" || wanted == value;
}
