using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>Server-side apply: merge what an applier wants, take back what he no longer wants, refuse what others own.</summary>
internal static class ServerSideApply
{
    /// <summary>The object as it is to be, with new managedFields. Throws the 409 of conflicting managers unless forced.</summary>
    public static JsonObject Apply(
        ResourceType type, JsonObject? live, JsonObject config, string manager, string? subresource, bool force, DateTimeOffset now)
    {
        var schema = SchemaCatalog.ForMerging(type);
        var current = live ?? [];
        var all = ManagedFields.Read(current);
        if (all.Managers.Count == 0 && live is not null)
        {
            // Nobody was recorded so far: what is there belongs to a writer of that name, as on a real server.
            var first = all.For("before-first-apply", "Update", type.ApiVersion, null);
            first.Fields = FieldTrees.Of(ManagedFields.Owned(current), schema);
            first.Time = ObjectStore.Timestamp(now);
        }

        var wanted = FieldTrees.Of(ManagedFields.Owned(config), schema);
        var merged = (JsonObject)current.DeepClone();
        Merge(merged, config, schema);

        var (changed, _) = FieldTrees.Compare(ManagedFields.Owned(current), ManagedFields.Owned(merged), schema);
        var own = all.For(manager, "Apply", type.ApiVersion, subresource);
        Settle(all, own, changed, force);

        FieldSet kept = new();
        kept.Add(wanted);
        foreach (var other in all.Managers.Where(other => other != own)) kept.Add(other.Fields);
        Prune(merged, own.Fields, kept, schema);

        var (_, removed) = FieldTrees.Compare(ManagedFields.Owned(current), ManagedFields.Owned(merged), schema);
        foreach (var other in all.Managers) other.Fields = other.Fields.Minus(removed);
        own.Fields = wanted;
        if (live is null || !JsonNode.DeepEquals(ManagedFields.Owned(current), ManagedFields.Owned(merged))) own.Time = ObjectStore.Timestamp(now);
        all.Write(merged);
        return merged;
    }

    private static void Settle(ManagedFields all, FieldManager own, FieldSet changed, bool force)
    {
        List<(FieldManager Manager, string Path)> conflicts = [];
        foreach (var other in all.Managers)
        {
            if (other == own) continue;
            var shared = other.Fields.Intersect(changed);
            if (shared.IsEmpty) continue;
            if (force) other.Fields = other.Fields.Minus(shared);
            else conflicts.AddRange(shared.Paths().Select(path => (other, path)));
        }

        if (conflicts.Count == 0) return;
        var message = conflicts.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {conflicts[0].Manager.Describe()}: {conflicts[0].Path}"
            : $"Apply failed with {conflicts.Count} conflicts: " + string.Join("\n", conflicts.GroupBy(one => one.Manager)
                .OrderBy(group => group.Key.Name, StringComparer.Ordinal)
                .SelectMany(group => group.Select(one => $"- {one.Path}").Prepend($"conflicts with {group.Key.Describe()}:")));
        throw new ApiException(new ApiStatus(409, "Conflict", message)
        {
            Causes = [.. conflicts.Select(one => new StatusCause("FieldManagerConflict", $"conflict with {one.Manager.Describe()}", one.Path))],
        });
    }

    private static void Merge(JsonObject into, JsonObject config, TypeSchema? schema)
    {
        foreach (var (name, value) in config)
        {
            var field = schema?.Find(name);
            if (value is null) continue;
            if (name == "managedFields") continue;
            if (FieldTrees.IsKeyed(field) && field is not { Atomic: true } && value is JsonArray wanted && into[name] is JsonArray have)
                MergeItems(have, wanted, field!);
            else if (value is JsonObject part && field is not { Atomic: true } && into[name] is JsonObject child)
                Merge(child, part, field?.Type);
            else
                into[name] = value.DeepClone();
        }
    }

    private static void MergeItems(JsonArray have, JsonArray wanted, FieldSchema field)
    {
        foreach (var item in wanted)
        {
            var step = FieldTrees.Step(item, field);
            var found = have.FirstOrDefault(one => FieldTrees.Step(one, field) == step);
            if (found is null) have.Add(item?.DeepClone());
            else if (found is JsonObject into && item is JsonObject config) Merge(into, config, field.Type);
        }
    }

    /// <summary>
    /// Removes what the applier owned until now, unless the applier wants it or somebody else owns it. A field that the schema names stays as
    /// long as anything in it is owned; an item of a list stays only if the item itself is owned, not just a part of it. Follows
    /// structured-merge-diff (EnsureNamedFieldsAreMembers).
    /// </summary>
    private static void Prune(JsonObject node, FieldSet last, FieldSet kept, TypeSchema? schema)
    {
        foreach (var (step, set) in last.Children)
        {
            var name = step[2..];
            if (!node.TryGetPropertyValue(name, out var value)) continue;
            var field = schema?.Find(name);
            var still = kept.Find(step);
            // A map that no schema names is never removed as a whole: only what is in it has owners.
            if (still is null && (field is not null || !FieldTrees.IsGranular(value, field)))
            {
                node.Remove(name);
                continue;
            }

            if (value is JsonArray list && FieldTrees.IsKeyed(field) && field is not { Atomic: true }) PruneItems(list, set, still!, field!);
            else if (FieldTrees.IsGranular(value, field)) Prune((JsonObject)value!, set, still ?? new FieldSet(), field?.Type);
            if (node[name] is JsonArray { Count: 0 } or JsonObject { Count: 0 } && still is null) node.Remove(name);
        }
    }

    private static void PruneItems(JsonArray list, FieldSet last, FieldSet kept, FieldSchema field)
    {
        foreach (var item in list.ToList())
        {
            var step = FieldTrees.Step(item, field);
            if (last.Find(step) is not { } set) continue;
            var still = kept.Find(step);
            if (set.Self && still is not { Self: true }) list.Remove(item);
            else if (item is JsonObject child && field.Type is not { Atomic: true }) Prune(child, set, still ?? new FieldSet(), field.Type);
        }
    }
}
