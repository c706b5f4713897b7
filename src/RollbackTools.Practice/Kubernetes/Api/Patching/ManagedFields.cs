using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>One writer and what he set.</summary>
internal sealed class FieldManager(string name, string operation, string apiVersion, string? subresource, string? time, FieldSet fields)
{
    public string Name => name;

    public string Operation => operation;

    public string ApiVersion => apiVersion;

    public string? Subresource => subresource;

    public string? Time { get; set; } = time;

    public FieldSet Fields { get; set; } = fields;

    public bool IsApply => operation == "Apply";

    public bool Is(string manager, string op, string version, string? sub) =>
        name == manager && operation == op && subresource == sub && (op == "Apply" || apiVersion == version);

    /// <summary>As conflicts name him.</summary>
    public string Describe()
    {
        var text = subresource is null ? $"\"{name}\"" : $"\"{name}\" with subresource \"{subresource}\"";
        return IsApply ? text : $"{text} using {apiVersion}";
    }
}

/// <summary>metadata.managedFields, read and written.</summary>
internal sealed class ManagedFields
{
    private readonly List<FieldManager> managers = [];

    public IReadOnlyList<FieldManager> Managers => managers;

    public static ManagedFields Read(JsonObject body)
    {
        ManagedFields all = new();
        foreach (var entry in body.Child("metadata").Objects("managedFields"))
        {
            if (entry.Text("manager") is not { } name) continue;
            all.managers.Add(new FieldManager(
                name, entry.Text("operation") ?? "Update", entry.Text("apiVersion") ?? "", entry.Text("subresource"), entry.Text("time"),
                FieldSet.Parse(entry["fieldsV1"])));
        }

        return all;
    }

    public FieldManager For(string name, string operation, string apiVersion, string? subresource)
    {
        if (managers.Find(one => one.Is(name, operation, apiVersion, subresource)) is { } found) return found;
        FieldManager added = new(name, operation, apiVersion, subresource, null, new FieldSet());
        managers.Add(added);
        return added;
    }

    public void Write(JsonObject body)
    {
        var meta = body.Ensure("metadata");
        var entries = managers.Where(one => !one.Fields.IsEmpty)
            .OrderBy(one => one.Operation, StringComparer.Ordinal).ThenBy(one => one.Time, StringComparer.Ordinal)
            .ThenBy(one => one.Name, StringComparer.Ordinal).ThenBy(one => one.ApiVersion, StringComparer.Ordinal)
            .ThenBy(one => one.Subresource, StringComparer.Ordinal).Select(one =>
        {
            JsonObject entry = new()
            {
                ["manager"] = one.Name,
                ["operation"] = one.Operation,
                ["apiVersion"] = one.ApiVersion,
            };
            if (one.Time is not null) entry["time"] = one.Time;
            entry["fieldsType"] = "FieldsV1";
            entry["fieldsV1"] = one.Fields.ToJson();
            if (one.Subresource is not null) entry["subresource"] = one.Subresource;
            return (JsonNode)entry;
        }).ToArray();
        if (entries.Length > 0) meta["managedFields"] = new JsonArray(entries);
        else meta.Remove("managedFields");
    }

    /// <summary>
    /// After an ordinary write: the writer owns what he changed, nobody owns what is gone. <paramref name="after"/> gets the new
    /// entries.
    /// </summary>
    public static void Track(ResourceType type, JsonObject? before, JsonObject after, string manager, string? subresource, DateTimeOffset now)
    {
        var schema = SchemaCatalog.ForMerging(type);
        var (changed, removed) = FieldTrees.Compare(before is null ? EmptyObjects.Of(type) : Owned(before), Owned(after), schema);

        // An empty list, or one empty entry, is how a client asks to start over.
        var all = Read(after);
        if (!changed.IsEmpty || !removed.IsEmpty)
        {
            foreach (var other in all.managers)
                if (!other.Is(manager, "Update", type.ApiVersion, subresource)) other.Fields = other.Fields.Minus(changed).Minus(removed);
            var own = all.For(manager, "Update", type.ApiVersion, subresource);
            own.Fields = own.Fields.Minus(removed);
            own.Fields.Add(changed);
            if (!own.Fields.IsEmpty) own.Time = ObjectStore.Timestamp(now);
        }

        all.Write(after);
    }

    /// <summary>The object without what nobody owns: identity and the server's own metadata.</summary>
    public static JsonObject Owned(JsonObject body)
    {
        var copy = (JsonObject)body.DeepClone();
        copy.Remove("apiVersion");
        copy.Remove("kind");
        if (copy.Child("metadata") is { } meta)
        {
            foreach (var name in new[]
            {
                "name", "namespace", "generateName", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
                "deletionTimestamp", "deletionGracePeriodSeconds",
            })
                meta.Remove(name);
            if (meta.Count == 0) copy.Remove("metadata");
        }

        if (copy["status"] is JsonObject { Count: 0 }) copy.Remove("status");
        return copy;
    }
}
