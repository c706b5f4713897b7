using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>
/// Keeps a rollback from becoming an owner of the template's fields. Under server-side apply whoever writes a field owns it, and the
/// applier's next manifest is then refused for it (kubernetes#94698). So after the write each field goes back to who had it: an edit
/// of <c>metadata.managedFields</c> alone, as kubectl itself does when it migrates to server-side apply.
/// </summary>
internal static class FieldOwnership
{
    private const string Template = "f:template";

    /// <summary>Who has what of the pod template, when somebody applies it; empty when nobody does.</summary>
    public static IReadOnlyList<ManagedFieldsEntry> Of(Workload workload)
    {
        List<ManagedFieldsEntry> owners = [.. Writers(workload).Where(HasTemplate)
            .Select(entry => entry with { SpecFields = Tree(Members(entry).Where(IsOfTemplate)) })];
        return owners.Exists(IsApplier) ? owners : [];
    }

    /// <summary>The names of those who apply.</summary>
    public static IReadOnlyList<string> Appliers(IReadOnlyList<ManagedFieldsEntry> owners) => [.. owners.Where(IsApplier).Select(entry => entry.Manager).Distinct()];

    /// <summary>
    /// The JSON Patch that gives back, to those who had them <paramref name="before"/>, the template fields this module now owns; null when there
    /// is nothing to give. Fields that came back with the old template and that nobody had go to the applier whose version took them
    /// away: his next manifest then decides about them. What the API server fills in is nobody's, as it was.
    /// </summary>
    public static Patch? HandBack(IReadOnlyList<ManagedFieldsEntry> before, Workload now)
    {
        var entries = now.Metadata.ManagedFields;
        var index = entries.ToList().FindIndex(entry => IsOurs(entry) && HasTemplate(entry));
        if (before.Count == 0 || index < 0) return null;

        var mine = Members(entries[index]);
        var left = mine.Where(IsOfTemplate).ToHashSet();
        var everybodys = before.SelectMany(Members).ToHashSet();
        var declared = left.Where(field => TemplateField.IsDeclared(now.Spec.Template, field.Split('\n')[1..])).ToHashSet();
        var orphans = declared.Where(field => !everybodys.Contains(field) && !IsListOrMap(field, left)).ToLookup(field => Heir(before, field));
        JsonArray operations = [Operation("test", "/metadata/resourceVersion", now.Metadata.ResourceVersion)];
        foreach (var owner in before)
        {
            var his = Members(owner);
            List<string> gift = [.. (IsApplier(owner) ? declared : left).Where(his.Contains), .. orphans[owner]];
            if (gift.Count > 0) operations.Add(Give(entries, owner, gift));
        }

        mine.ExceptWith(left);
        // An empty f:spec would say that we own all of spec.
        var path = $"/metadata/managedFields/{index}/fieldsV1/f:spec";
        operations.Add(mine.Count == 0 ? Operation("remove", path, null) : Operation("replace", path, Node(Tree(mine))));
        return new Patch(PatchType.Json, Encoding.UTF8.GetBytes(operations.ToJsonString()));
    }

    // Whose a field was is forgotten once a version left it out: the one who applies that container's image, or whoever applied last.
    private static ManagedFieldsEntry? Heir(IReadOnlyList<ManagedFieldsEntry> before, string field)
    {
        var appliers = before.Where(IsApplier).ToList();
        var steps = field.Split('\n');
        var container = Array.FindIndex(steps, step => step is "f:containers" or "f:initContainers") + 2;
        var image = string.Join('\n', [.. steps.Take(container), "f:image"]);
        var shipping = appliers.Where(owner => container > 1 && Members(owner).Contains(image)).ToList();
        return shipping.Count == 1 ? shipping[0] : appliers.MaxBy(owner => (owner.Time, Members(owner).Count));
    }

    // Who applies owns the items of a list and the entries of a map, and not the list or the map.
    private static bool IsListOrMap(string field, HashSet<string> fields) =>
        field[(field.LastIndexOf('\n') + 1)..].StartsWith("f:", StringComparison.Ordinal) && fields.Any(other => other.StartsWith(field + "\n", StringComparison.Ordinal));

    private static JsonObject Give(IReadOnlyList<ManagedFieldsEntry> entries, ManagedFieldsEntry owner, List<string> gift)
    {
        var index = entries.ToList().FindIndex(owner.SameAs);
        if (index >= 0)
        {
            var has = Members(entries[index]);
            has.UnionWith(gift);
            return Operation("add", $"/metadata/managedFields/{index}/fieldsV1/f:spec", Node(Tree(has)));
        }

        // He had nothing else, so the server dropped him.
        var entry = JsonSerializer.SerializeToNode(owner with { SpecFields = Tree(gift) }, KubernetesJson.Default.ManagedFieldsEntry);
        return Operation("add", "/metadata/managedFields/-", entry);
    }

    private static IEnumerable<ManagedFieldsEntry> Writers(Workload workload) =>
        workload.Metadata.ManagedFields.Where(entry => entry.Subresource is null && !IsOurs(entry));

    private static bool IsOurs(ManagedFieldsEntry entry) =>
        entry is { Manager: WriteOptions.DefaultFieldManager, Operation: "Update", Subresource: null };

    private static bool IsApplier(ManagedFieldsEntry entry) => entry.Operation == "Apply";

    private static bool HasTemplate(ManagedFieldsEntry entry) =>
        entry.SpecFields.ValueKind == JsonValueKind.Object && entry.SpecFields.TryGetProperty(Template, out _);

    private static bool IsOfTemplate(string member) => member == Template || member.StartsWith(Template + "\n", StringComparison.Ordinal);

    /// <summary>The fields below spec, each as its steps, one a line. (A step cannot hold a line break: JSON escapes it.)</summary>
    private static HashSet<string> Members(ManagedFieldsEntry entry)
    {
        HashSet<string> members = [];
        if (entry.SpecFields.ValueKind == JsonValueKind.Object) Collect(entry.SpecFields, "", members);
        return members;
    }

    private static void Collect(JsonElement node, string path, HashSet<string> members)
    {
        foreach (var step in node.EnumerateObject())
        {
            if (step.Name == ".")
            {
                if (path.Length > 0) members.Add(path);
                continue;
            }

            var below = path.Length == 0 ? step.Name : $"{path}\n{step.Name}";
            if (step.Value.ValueKind != JsonValueKind.Object || !step.Value.EnumerateObject().Any()) members.Add(below);
            else Collect(step.Value, below, members);
        }
    }

    private static JsonElement Tree(IEnumerable<string> members)
    {
        JsonObject root = [];
        var all = members.Order(StringComparer.Ordinal).ToList();
        foreach (var member in all)
        {
            var node = root;
            foreach (var step in member.Split('\n'))
            {
                if (node[step] is not JsonObject child) node[step] = child = [];
                node = child;
            }
        }

        // One that is a member itself and has members below it says so with a dot.
        foreach (var member in all)
        {
            var node = member.Split('\n').Aggregate(root, (at, step) => (JsonObject)at[step]!);
            if (node.Count > 0) node["."] = new JsonObject();
        }

        return JsonSerializer.SerializeToElement(root, TemplateJson.Default.JsonObject);
    }

    private static JsonObject Node(JsonElement tree) => JsonObject.Create(tree)!;

    private static JsonObject Operation(string op, string path, JsonNode? value)
    {
        JsonObject operation = new() { ["op"] = op, ["path"] = path };
        if (value is not null) operation["value"] = value;
        return operation;
    }
}
