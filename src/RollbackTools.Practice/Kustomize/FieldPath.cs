using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// Where in an object something is changed, and for which kinds: kustomize's field specs. Steps are parted by <c>/</c> (<c>\/</c> is a
/// slash in a name) and lead through every item of a list on the way.
/// </summary>
/// <param name="Path">The steps.</param>
/// <param name="Kind">The kind; empty for all.</param>
/// <param name="Group">The API group; null for any.</param>
/// <param name="Create">Whether maps that are missing on the way are made.</param>
internal sealed partial record FieldPath(string Path, string Kind = "", string? Group = null, bool Create = false)
{
    private readonly string[] steps = [.. Slash().Split(Path).Select(step => step.Replace("\\/", "/", StringComparison.Ordinal))];

    public bool Concerns(ResourceId id) => (Kind.Length == 0 || Kind == id.Kind) && (Group is null || Group == id.Group);

    /// <summary>Puts in place of what is there what <paramref name="change"/> makes of it; null stands for nothing there yet.</summary>
    public void Update(JsonObject root, Func<JsonNode?, JsonNode?> change) => Walk(root, 0, change);

    private JsonNode? Walk(JsonNode? node, int at, Func<JsonNode?, JsonNode?> change)
    {
        if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                var (old, changed) = (list[i], Walk(list[i], at, change));
                if (!ReferenceEquals(old, changed)) list[i] = changed;
            }

            return node;
        }

        if (at == steps.Length) return change(node);
        if (node is not JsonObject map) return node;
        var isList = steps[at].EndsWith("[]", StringComparison.Ordinal);
        var name = isList ? steps[at][..^2] : steps[at];
        var child = map[name];
        if (child is null)
        {
            if (!Create || isList) return node;
            if (at + 1 < steps.Length) child = new JsonObject();
        }

        var result = Walk(child, at + 1, change);
        if (result is not null && !ReferenceEquals(map[name], result)) map[name] = result;
        return node;
    }

    [GeneratedRegex(@"(?<!\\)/")]
    private static partial Regex Slash();
}
