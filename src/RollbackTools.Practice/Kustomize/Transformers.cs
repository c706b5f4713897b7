using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Kustomize;

/// <summary>What a kustomization does to every object it holds, apart from patches.</summary>
internal static class Transformers
{
    private static readonly FieldPath[] ReplicaPaths =
    [
        .. ((string[])["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"])
            .Select(kind => new FieldPath("spec/replicas", kind, Create: true)),
    ];

    public static void SetNamespace(ResourceSet set, string ns)
    {
        foreach (var resource in set.Items)
        {
            if (resource.Original.Kind == "Namespace")
            {
                resource.Remember();
                resource.Name = ns;
                continue;
            }

            if (resource.Kind is "RoleBinding" or "ClusterRoleBinding")
                foreach (var subject in resource.Body.Items("subjects").Where(one => one.Text("name") == "default")) subject["namespace"] = ns;
            if (resource.Id.IsClusterScoped || resource.Namespace == ns) continue;
            resource.Remember();
            resource.Namespace = ns;
        }

        if (set.Items.GroupBy(item => item.Id.ToString()).FirstOrDefault(same => same.Count() > 1) is { } conflict)
            throw new KustomizeException($"namespace transformation produces ID conflict: {conflict.Key}");
    }

    public static void AffixNames(ResourceSet set, string prefix, string suffix)
    {
        foreach (var resource in set.Items.Where(item => item.Original.Kind is not ("CustomResourceDefinition" or "APIService" or "Namespace")))
        {
            if (prefix.Length > 0)
            {
                resource.Prefixes.Add(prefix);
                resource.Remember();
                resource.Name = prefix + resource.Name;
            }

            if (suffix.Length > 0)
            {
                resource.Suffixes.Add(suffix);
                resource.Remember();
                resource.Name += suffix;
            }
        }
    }

    public static void Label(ResourceSet set, IReadOnlyDictionary<string, string> labels, IReadOnlyList<FieldPath> paths) =>
        Put(set, labels, paths);

    public static void Annotate(ResourceSet set, IReadOnlyDictionary<string, string> annotations) =>
        Put(set, annotations, LabelPaths.Annotations);

    public static void Scale(ResourceSet set, ReplicaEntry replicas)
    {
        var found = false;
        foreach (var path in ReplicaPaths)
        {
            foreach (var resource in set.Items.Where(item => item.Ids.Any(id => id.Name == replicas.Name && path.Concerns(id))))
            {
                found = true;
                path.Update(resource.Body, _ => replicas.Count);
            }
        }

        if (found) return;
        throw new KustomizeException(
            $"resource with name {replicas.Name} does not match a config with the following GVK [Deployment.[noVer].[noGrp] " +
            "StatefulSet.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] ReplicationController.[noVer].[noGrp]]");
    }

    /// <summary>Sets images wherever there is a list of containers, except in custom resource definitions.</summary>
    public static void SetImages(ResourceSet set, ImageEntry entry)
    {
        var pattern = ImagePattern(entry.Name);
        if (pattern is null) return;
        foreach (var resource in set.Items.Where(item => item.Kind != "CustomResourceDefinition")) SetImages(resource.Body, entry, pattern);
    }

    private static void SetImages(JsonNode? node, ImageEntry entry, Regex pattern)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) SetImages(item, entry, pattern);
        }
        else if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToList())
            {
                SetImages(value, entry, pattern);
                if (name is not ("containers" or "initContainers")) continue;
                foreach (var container in (value as JsonArray ?? []).OfType<JsonObject>())
                    if (container.Text("image") is { } image && pattern.IsMatch(image)) container["image"] = Changed(image, entry);
            }
        }
    }

    private static string Changed(string image, ImageEntry entry)
    {
        var (name, tag, digest) = Split(image);
        if (entry.NewName.Length > 0) name = entry.NewName;
        if (entry.NewTag.Length > 0 || entry.Digest.Length > 0) (tag, digest) = (entry.NewTag, entry.Digest);
        return name + (tag.Length > 0 ? ":" + tag : "") + (digest.Length > 0 ? "@" + digest : "");
    }

    private static (string Name, string Tag, string Digest) Split(string image)
    {
        var at = image.IndexOf('@');
        var digest = at < 0 ? "" : image[(at + 1)..];
        var rest = at < 0 ? image : image[..at];
        var colon = rest.IndexOf(':', Math.Max(0, rest.IndexOf('/')));
        return colon < 0 ? (rest, "", digest) : (rest[..colon], rest[(colon + 1)..], digest);
    }

    /// <summary>The entry's name is a regular expression, dots and all; one that is none matches nothing.</summary>
    private static Regex? ImagePattern(string name)
    {
        try
        {
            const string tag = "[a-zA-Z0-9_.{}-]*";
            return new Regex($"^{name}(:{tag})?(@sha256:{tag})?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static void Put(ResourceSet set, IReadOnlyDictionary<string, string> pairs, IReadOnlyList<FieldPath> paths)
    {
        if (pairs.Count == 0) return;
        foreach (var resource in set.Items)
        {
            var id = resource.Id;
            foreach (var path in paths.Where(path => path.Concerns(id)))
            {
                path.Update(resource.Body, old =>
                {
                    var map = old as JsonObject ?? [];
                    foreach (var (key, value) in pairs) map[key] = value;
                    return map;
                });
            }
        }
    }
}
