using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>
/// A set of fields as managedFields keep it (fieldsV1): a tree whose steps are <c>f:name</c>, <c>k:{"name":"app"}</c> for an item of a
/// keyed list and <c>v:"x"</c> for a member of a set. A node that is itself in the set has <see cref="Self"/>.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> children = new(StringComparer.Ordinal);

    public bool Self { get; set; }

    public IEnumerable<KeyValuePair<string, FieldSet>> Children => children;

    public bool IsEmpty => !Self && children.Count == 0;

    public FieldSet? Find(string step) => children.GetValueOrDefault(step);

    public FieldSet At(string step)
    {
        if (!children.TryGetValue(step, out var child)) children[step] = child = new FieldSet();
        return child;
    }

    public void Insert(string step) => At(step).Self = true;

    public void Insert(string step, FieldSet set)
    {
        if (!set.IsEmpty) At(step).Add(set);
    }

    public void Add(FieldSet other)
    {
        Self |= other.Self;
        foreach (var (step, child) in other.children) At(step).Add(child);
    }

    public FieldSet Copy()
    {
        FieldSet copy = new();
        copy.Add(this);
        return copy;
    }

    public FieldSet Minus(FieldSet other)
    {
        FieldSet result = new() { Self = Self && !other.Self };
        foreach (var (step, child) in children)
            result.Insert(step, other.Find(step) is { } gone ? child.Minus(gone) : child);
        return result;
    }

    public FieldSet Intersect(FieldSet other)
    {
        FieldSet result = new() { Self = Self && other.Self };
        foreach (var (step, child) in children)
            if (other.Find(step) is { } both) result.Insert(step, child.Intersect(both));
        return result;
    }

    /// <summary>The members, as <c>.spec.template.spec.containers[name="app"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (Self && prefix.Length > 0) yield return prefix;
        foreach (var (step, child) in children)
            foreach (var path in child.Paths(prefix + Show(step)))
                yield return path;
    }

    public static FieldSet Parse(JsonNode? fields)
    {
        FieldSet set = new();
        if (fields is not JsonObject map) return set;
        foreach (var (step, child) in map)
        {
            if (step == ".")
            {
                set.Self = true;
                continue;
            }

            var parsed = Parse(child);
            // An empty object below a step stands for the field itself.
            if (child is not JsonObject { Count: > 0 }) parsed.Self = true;
            set.Insert(step, parsed);
        }

        return set;
    }

    public JsonObject ToJson()
    {
        JsonObject json = [];
        if (Self && children.Count > 0) json["."] = new JsonObject();
        foreach (var (step, child) in children) json[step] = child.ToJson();
        return json;
    }

    private static string Show(string step) => step[..2] switch
    {
        "f:" => "." + step[2..],
        "k:" => $"[{string.Join(",", JsonNode.Parse(step[2..])!.AsObject().Select(pair => $"{pair.Key}={pair.Value?.ToJsonString() ?? "null"}"))}]",
        "v:" => $"[={step[2..]}]",
        _ => $"[{step[2..]}]",
    };
}
