using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>Objects as sets of fields: which fields an object has, and where two objects differ. Follows structured-merge-diff.</summary>
internal static class FieldTrees
{
    /// <summary>All fields of the object, down to scalars, atomic parts and list items: what an applier of it owns.</summary>
    public static FieldSet Of(JsonObject body, TypeSchema? schema) => Of(body, schema, whole: false);

    /// <summary>
    /// What the second object has otherwise than the first, or besides it; and what it lacks. A map or list that is new as a whole is
    /// itself among them, as well as what is in it.
    /// </summary>
    public static (FieldSet Changed, FieldSet Removed) Compare(JsonObject before, JsonObject after, TypeSchema? schema)
    {
        FieldSet changed = new();
        FieldSet removed = new();
        foreach (var (name, value) in after)
        {
            var (step, field) = ("f:" + name, schema?.Find(name));
            if (!before.TryGetPropertyValue(name, out var old)) Insert(changed, step, value, field);
            else if (!JsonNode.DeepEquals(old, value)) Differ(changed, removed, step, old, value, field);
        }

        foreach (var (name, value) in before)
            if (!after.ContainsKey(name)) Insert(removed, "f:" + name, value, schema?.Find(name));
        return (changed, removed);
    }

    /// <summary>The step that names an item of a keyed list or a set.</summary>
    public static string Step(JsonNode? item, FieldSchema field)
    {
        if (field.IsSet) return "v:" + (item?.ToJsonString() ?? "null");
        JsonObject key = [];
        foreach (var name in field.MapKeys.Order(StringComparer.Ordinal))
            key[name] = (item as JsonObject)?[name]?.DeepClone() ?? (name == "protocol" ? "TCP" : null);
        return "k:" + key.ToJsonString(ApiJson.Relaxed);
    }

    public static bool IsKeyed(FieldSchema? field) => field is { Kind: FieldKind.List } and ({ MapKeys.Count: > 0 } or { IsSet: true });

    /// <summary>Whether the value is merged part by part.</summary>
    public static bool IsGranular(JsonNode? value, FieldSchema? field) =>
        value is JsonObject { Count: > 0 } && field is not { Atomic: true };

    private static FieldSet Of(JsonObject body, TypeSchema? schema, bool whole)
    {
        FieldSet set = new();
        foreach (var (name, value) in body) Insert(set, "f:" + name, value, schema?.Find(name), whole);
        return set;
    }

    private static void Insert(FieldSet set, string step, JsonNode? value, FieldSchema? field, bool whole = true)
    {
        if (value is null) return;
        if (IsKeyed(field) && value is JsonArray { Count: > 0 } list && field is not { Atomic: true })
        {
            var items = set.At(step);
            items.Self |= whole;
            foreach (var item in list) InsertItem(items, Step(item, field!), item, field!, whole);
        }
        else if (IsGranular(value, field))
        {
            set.Insert(step, Of((JsonObject)value!, field?.Type, whole));
            if (whole) set.Insert(step);
        }
        else
        {
            set.Insert(step);
        }
    }

    private static void InsertItem(FieldSet items, string key, JsonNode? item, FieldSchema field, bool whole)
    {
        var at = items.At(key);
        at.Self = true;
        if (item is JsonObject child && field.Type is not { Atomic: true }) at.Add(Of(child, field.Type, whole));
    }

    private static void Differ(FieldSet changed, FieldSet removed, string step, JsonNode? before, JsonNode? after, FieldSchema? field)
    {
        if (IsKeyed(field) && before is JsonArray old && after is JsonArray now && field is not { Atomic: true })
        {
            DifferItems(changed, removed, step, old, now, field!);
        }
        else if (before is JsonObject left && after is JsonObject right && field is not { Atomic: true })
        {
            var (more, less) = Compare(left, right, field?.Type);
            changed.Insert(step, more);
            removed.Insert(step, less);
        }
        else
        {
            changed.Insert(step);
        }
    }

    private static void DifferItems(FieldSet changed, FieldSet removed, string step, JsonArray before, JsonArray after, FieldSchema field)
    {
        var old = ByStep(before, field);
        var now = ByStep(after, field);
        foreach (var (key, item) in now)
        {
            if (!old.TryGetValue(key, out var was))
            {
                InsertItem(changed.At(step), key, item, field, whole: true);
            }
            else if (field.Type is { Atomic: true })
            {
                if (!JsonNode.DeepEquals(was, item)) changed.At(step).Insert(key);
            }
            else if (was is JsonObject left && item is JsonObject right)
            {
                var (more, less) = Compare(left, right, field.Type);
                if (!more.IsEmpty) changed.At(step).Insert(key, more);
                if (!less.IsEmpty) removed.At(step).Insert(key, less);
            }
        }

        foreach (var (key, item) in old)
        {
            if (now.ContainsKey(key)) continue;
            InsertItem(removed.At(step), key, item, field, whole: true);
        }
    }

    private static Dictionary<string, JsonNode?> ByStep(JsonArray list, FieldSchema field)
    {
        Dictionary<string, JsonNode?> items = new(StringComparer.Ordinal);
        foreach (var item in list) items.TryAdd(Step(item, field), item);
        return items;
    }
}
