using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Kustomize;

/// <summary>Brings the names by which objects refer to one another up to date, after all of them have been renamed.</summary>
internal static class NameReferences
{
    /// <param name="set">All objects.</param>
    /// <param name="more">References beyond kustomize's own.</param>
    public static void Fix(ResourceSet set, IEnumerable<ReferencePaths.Reference> more)
    {
        foreach (var (target, group, paths) in ReferencePaths.All.Concat(more))
        {
            var candidates = set.Items.Where(item => item.Previous.Any(id => id.Kind == target && (group is null || id.Group == group))).ToList();
            if (candidates.Count == 0) continue;
            foreach (var path in paths)
                foreach (var referrer in set.Items.Where(item => path.Concerns(item.Original)))
                    path.Update(referrer.Body, old => Named(old, referrer, candidates, path));
        }
    }

    private static JsonNode? Named(JsonNode? old, Resource referrer, List<Resource> candidates, FieldPath path)
    {
        switch (old)
        {
            case JsonValue value when value.TryGetValue<string>(out var name):
                return Find(name, referrer, candidates, path) is { } found && found.Name != name ? found.Name : old;
            case JsonObject map when map.Text("name") is { } name:
                var near = map.Text("namespace") is { } ns ? InNamespace(candidates, ns) : candidates;
                if (Find(name, referrer, near, path) is not { } other) return old;
                if (other.Name == name && other.Namespace.Length == 0) return old;
                map["name"] = other.Name;
                if (other.Namespace.Length > 0) map["namespace"] = other.Namespace;
                return old;
            default:
                return old;
        }
    }

    private static List<Resource> InNamespace(List<Resource> candidates, string ns)
    {
        var originally = candidates.Where(item => item.Original.Namespace == ns).ToList();
        return originally.Count > 0 ? originally : [.. candidates.Where(item => item.Namespace == ns)];
    }

    private static Resource? Find(string name, Resource referrer, List<Resource> candidates, FieldPath path)
    {
        var found = candidates.Where(item => item.Previous.Any(id => id.Name == name)).ToList();
        if (path.Path == "roleRef/name" && referrer.Body.Text("roleRef", "kind") is { } kind)
            found.RemoveAll(item => item.Previous.All(id => id.Kind != kind));
        var here = referrer.Id;

        // Whole clusters' objects and service accounts are referred to from everywhere.
        if (!here.IsClusterScoped)
        {
            found.RemoveAll(item => item.Id is var id && !id.IsClusterScoped && item.Kind != "ServiceAccount"
                && id.EffectiveNamespace != here.EffectiveNamespace);
        }

        if (found.Count == 1) return found[0];
        found.RemoveAll(item => !item.SharesAffixes(referrer, allowEmpty: true));
        if (found.Count > 1) found.RemoveAll(item => !item.SharesAffixes(referrer, allowEmpty: false));
        if (found.Count == 0) return null;
        return found.All(item => item.Name == found[0].Name)
            ? found[0]
            : throw new KustomizeException($"found multiple possible referrals: {string.Join(", ", found.Select(item => item.Id))}");
    }
}
