using System.Text;
using System.Text.Json.Nodes;

namespace RollbackTools.Operations.Objects;

/// <summary>
/// What lies between two states of objects, field by field. Items of lists are matched by the API's merge keys where there are some, by
/// their names where all of them have one, and by their places else. What only a server writes does not count.
/// </summary>
public static class ObjectDiff
{
    private static readonly string[] Bookkeeping = ["kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"];

    /// <summary>
    /// Of two manifests: what appears, what goes, what changes, in the second one's order. An object without a namespace lies in
    /// <paramref name="ns"/>, or has none; either way it is the same in both.
    /// </summary>
    public static IReadOnlyList<ObjectChange> Between(IReadOnlyList<ManifestObject> from, IReadOnlyList<ManifestObject> to, string ns)
    {
        var before = ByKey(from, ns);
        var after = ByKey(to, ns);
        List<ObjectChange> changes = [];
        foreach (var (key, now) in after)
        {
            if (!before.TryGetValue(key, out var was)) changes.Add(new ObjectChange(now.Id, ObjectChangeKind.Added, []));
            else if (!ReferenceEquals(was, now) && Fields(now.Id, Own(Declared.Of(was.Json)), Own(Declared.Of(now.Json))) is { Count: > 0 } fields)
                changes.Add(new ObjectChange(now.Id, ObjectChangeKind.Changed, fields));
        }

        changes.AddRange(before.Where(pair => !after.ContainsKey(pair.Key)).Select(pair => new ObjectChange(pair.Value.Id, ObjectChangeKind.Removed, [])));
        return changes;
    }

    /// <summary>Of one object: everything that differs, what only a server writes left out on both sides. Neither argument is changed.</summary>
    public static IReadOnlyList<FieldChange> Between(ObjectId id, JsonObject from, JsonObject to) => Fields(id, Own(Declared.Of(from)), Own(Declared.Of(to)));

    /// <summary>Where a live object is not what its manifest asks for. What the manifest says nothing about does not count.</summary>
    public static IReadOnlyList<FieldChange> Drift(ObjectId id, JsonObject manifest, JsonObject live)
    {
        List<FieldChange> changes = [];
        new Walk(id, changes) { OnlyDeclared = true }.Objects(AsStored(id, Own(Declared.Of(manifest))), Declared.Of(live), "", MergeRules.Of(id.Group, id.Kind));
        return changes;
    }

    // Without what appliers and controllers note down for themselves.
    private static JsonObject Own(JsonObject declared)
    {
        if (declared["metadata"]?["annotations"] is JsonObject annotations)
            foreach (var name in Bookkeeping) annotations.Remove(name);
        return declared;
    }

    // A Secret's stringData is written into its data, and is not there afterwards.
    internal static JsonObject AsStored(ObjectId id, JsonObject manifest)
    {
        if (id is not { Group: "", Kind: "Secret" } || manifest["stringData"] is not JsonObject texts) return manifest;
        var data = manifest["data"]?.AsObject() ?? [];
        foreach (var (name, text) in texts) data[name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text?.ToString() ?? ""));
        manifest.Remove("stringData");
        manifest["data"] = data.Parent is null ? data : data.DeepClone();
        return manifest;
    }

    private static List<FieldChange> Fields(ObjectId id, JsonObject from, JsonObject to)
    {
        List<FieldChange> changes = [];
        new Walk(id, changes).Objects(AsStored(id, from), AsStored(id, to), "", MergeRules.Of(id.Group, id.Kind));
        return changes;
    }

    private static Dictionary<(string, string, string, string), ManifestObject> ByKey(IEnumerable<ManifestObject> objects, string ns)
    {
        Dictionary<(string, string, string, string), ManifestObject> found = [];
        foreach (var one in objects) found[(one.Id.Group, one.Id.Kind, one.Id.Namespace.Length == 0 ? ns : one.Id.Namespace, one.Id.Name)] = one;
        return found;
    }

    private sealed class Walk(ObjectId id, List<FieldChange> changes)
    {
        public bool OnlyDeclared { get; init; }

        public void Objects(JsonObject from, JsonObject to, string path, MergeRule rule)
        {
            var names = OnlyDeclared ? from.Select(field => field.Key) : from.Select(field => field.Key).Union(to.Select(field => field.Key));
            foreach (var name in names)
            {
                Values(from[name], to[name], Join(path, name), rule.Field(name));
            }
        }

        private void Values(JsonNode? from, JsonNode? to, string path, MergeRule rule)
        {
            switch (from, to)
            {
                case (JsonObject was, JsonObject now):
                    Objects(was, now, path, rule);
                    break;
                case (JsonArray was, JsonArray now):
                    Lists(was, now, path, rule);
                    break;
                // An empty map, list or null is what a server leaves out.
                case var _ when IsNothing(from) && IsNothing(to):
                    break;
                default:
                    if (!Scalars.Same(from, to, path)) Add(from, to, path);
                    break;
            }
        }

        private void Lists(JsonArray from, JsonArray to, string path, MergeRule rule)
        {
            if (rule.IsSet && !JsonNode.DeepEquals(from, to))
            {
                var (was, now) = (Texts(from), Texts(to));
                foreach (var gone in was.Except(now)) Add(JsonValue.Create(gone), null, path);
                if (OnlyDeclared) return;
                foreach (var fresh in now.Except(was)) Add(null, JsonValue.Create(fresh), path);
            }
            else if (ListItems.ByKey(from, rule) is { } was && ListItems.ByKey(to, rule) is { } now)
            {
                var item = rule with { Keys = [] };
                foreach (var key in OnlyDeclared ? was.Keys : was.Keys.Union(now.Keys))
                    Values(was.GetValueOrDefault(key), now.GetValueOrDefault(key), $"{path}[{key}]", item);
            }
            else if (from.Count == to.Count && from.All(one => one is JsonObject) && to.All(one => one is JsonObject))
            {
                for (var i = 0; i < from.Count; i++) Values(from[i], to[i], $"{path}[{i}]", rule);
            }
            else if (!JsonNode.DeepEquals(from, to))
            {
                Add(from, to, path);
            }
        }

        private void Add(JsonNode? from, JsonNode? to, string path)
        {
            var hidden = Redaction.Hides(id, path, from) || Redaction.Hides(id, path, to);
            changes.Add(new FieldChange(path)
            {
                Before = IsNothing(from) ? null : hidden ? "" : Scalars.Describe(from!),
                After = IsNothing(to) ? null : hidden ? "" : Scalars.Describe(to!),
                Hidden = hidden,
                Harmless = !hidden && Redaction.IsHarmless(path, from) && Redaction.IsHarmless(path, to),
            });
        }

        private static bool IsNothing(JsonNode? node) => node is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };

        private static List<string> Texts(JsonArray array) => [.. array.Select(item => item?.ToString() ?? "")];

        // Names with dots in them (labels, annotations) are quoted, so that a path can be read.
        private static string Join(string path, string name) =>
            name.Contains('.', StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal) ? $"{path}[{name}]" : path.Length == 0 ? name : $"{path}.{name}";
    }
}
