using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>
/// A change to an Application, with what it replaces: it is made only where that is still so. Anything else of the object stays.
/// </summary>
public sealed record ApplicationChange
{
    /// <summary>Whether <c>spec.syncPolicy.automated</c> changes; then from and to say how (null: absent).</summary>
    public bool Policy { get; init; }

    public JsonElement? AutomatedFrom { get; init; }

    public JsonElement? AutomatedTo { get; init; }

    public IReadOnlyList<AnnotationChange> Annotations { get; init; } = [];

    /// <summary>A list in <c>spec.source</c> that changes; null when none does.</summary>
    public SourceChange? Source { get; init; }
}

/// <summary>A list of a source's tool, such as <c>kustomize.images</c> or <c>helm.parameters</c>, before and after.</summary>
public sealed record SourceChange(string Tool, string Field, JsonElement? From, JsonElement? To)
{
    /// <summary>The items that change, without the rest: other parameters may hold passwords, and this goes on record.</summary>
    public SourceChange Narrowed()
    {
        var changed = Items(From).Zip(Items(To)).Where(pair => !JsonSame.AsIn(pair.First, pair.Second)).ToList();
        return this with { From = List(changed.Select(pair => pair.First)), To = List(changed.Select(pair => pair.Second)) };
    }

    /// <summary>The same change of a whole list; null when it does not hold all of the items as they were.</summary>
    public SourceChange? On(JsonElement? list)
    {
        var items = Items(list).ToList();
        foreach (var (from, to) in Items(From).Zip(Items(To)))
        {
            var place = items.FindIndex(item => JsonSame.AsIn(item, from));
            if (place < 0) return null;
            items[place] = to;
        }

        return this with { From = list, To = List(items) };
    }

    private static IEnumerable<JsonElement> Items(JsonElement? list) => list is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    private static JsonElement List(IEnumerable<JsonElement> items) => ArgoJson.Element(new JsonArray([.. items.Select(item => JsonNode.Parse(item.GetRawText()))]));
}

/// <summary>Null is absent, before or after.</summary>
public sealed record AnnotationChange(string Key, string? From, string? To);
