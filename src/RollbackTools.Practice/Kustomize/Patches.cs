using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using YamlDotNet.Core;
using LabelSelector = RollbackTools.Practice.Kubernetes.Api.Reading.LabelSelector;

namespace RollbackTools.Practice.Kustomize;

/// <summary>Applies the patches of a kustomization: strategic merges and JSON patches, by identity or by target.</summary>
internal static class Patches
{
    public static void Apply(ResourceSet set, KustomizationNode node)
    {
        foreach (var entry in node.Says.StrategicPatches)
        {
            var text = node.Files.TryGetValue(entry, out var file) ? Encoding.UTF8.GetString(file) : entry;
            if (file is null && !entry.Contains('\n')) node.File(entry);
            foreach (var patch in Objects(text, entry)) Strategic(set, patch, new PatchEntry("", entry, null, false, false));
        }

        foreach (var entry in node.Says.Patches) Apply(set, entry, node);
    }

    public static void ApplyJson(ResourceSet set, KustomizationNode node)
    {
        foreach (var entry in node.Says.JsonPatches) Apply(set, entry, node);
    }

    private static void Apply(ResourceSet set, PatchEntry entry, KustomizationNode node)
    {
        if (entry.Patch.Length == 0 && entry.Path.Length == 0) throw new KustomizeException("must specify one of patch and path");
        if (entry.Patch.Length > 0 && entry.Path.Length > 0) throw new KustomizeException("patch and path can't be set at the same time");
        var source = entry.Path.Length > 0 ? $"[path: \"{entry.Path}\"]" : $"[patch: \"{entry.Patch}\"]";
        var text = entry.Path.Length > 0 ? Encoding.UTF8.GetString(node.File(entry.Path)) : entry.Patch;
        if (Operations(text) is { } operations)
        {
            if (entry.Target is null) throw new KustomizeException($"must specify a target for JSON patch {source}");
            foreach (var resource in Select(set, entry.Target)) Json(resource, operations);
            return;
        }

        var patches = Objects(text, source);
        if (entry.Target is null)
        {
            foreach (var patch in patches) Strategic(set, patch, entry);
            return;
        }

        if (patches.Count > 1)
        {
            throw new KustomizeException(
                $"Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: {source}");
        }

        foreach (var resource in Select(set, entry.Target))
        {
            var patch = patches[0].DeepClone().AsObject();
            patch["apiVersion"] = resource.Body["apiVersion"]?.DeepClone();
            if (!entry.AllowKindChange) patch["kind"] = resource.Kind;
            Strategic(set, resource, patch, entry);
        }
    }

    private static void Strategic(ResourceSet set, JsonObject patch, PatchEntry entry)
    {
        var id = new Resource(patch).Id;
        if (set.Any(id) is not [var resource])
        {
            throw new KustomizeException(
                $"no resource matches strategic merge patch \"{id}\": no matches for Id {id}; failed to find unique target for patch {id}");
        }

        Strategic(set, resource, patch, entry);
    }

    private static void Strategic(ResourceSet set, Resource resource, JsonObject patch, PatchEntry entry)
    {
        var (kind, name, ns) = (resource.Kind, resource.Name, resource.Namespace);
        if (entry.AllowNameChange || entry.AllowKindChange) resource.Remember();
        if (StrategicMerge.Apply(resource.Body, patch) is not { } patched)
        {
            set.Remove(resource);
            return;
        }

        resource.Body = patched;
        if (!entry.AllowKindChange) resource.Body["kind"] = kind;
        if (!entry.AllowNameChange) resource.Name = name;
        resource.Namespace = ns;
    }

    private static void Json(Resource resource, JsonArray operations)
    {
        resource.Remember();
        try
        {
            foreach (var operation in operations.OfType<JsonObject>())
                resource.Body = JsonPatch.Apply(resource.Body, [operation.DeepClone()])!.AsObject();
        }
        catch (PatchException bad)
        {
            throw new KustomizeException(bad.Message, bad);
        }
    }

    private static List<Resource> Select(ResourceSet set, PatchTarget target)
    {
        var labels = LabelSelector.Parse(target.Labels);
        var annotations = LabelSelector.Parse(target.Annotations);
        return
        [
            .. set.Items.Where(item => (item.Original, item.Id) is var (old, now)
                && (Fits(target.Namespace, Shown(old)) || Fits(target.Namespace, Shown(now)))
                && (Fits(target.Name, old.Name) || Fits(target.Name, now.Name))
                && Fits(target.Group, now.Group) && Fits(target.Version, now.Version) && Fits(target.Kind, now.Kind)
                && labels.Matches(item.Body.Map("metadata", "labels")) && annotations.Matches(item.Body.Map("metadata", "annotations"))),
        ];
    }

    private static string Shown(ResourceId id) => id.IsClusterScoped ? "_non_namespaceable_" : id.EffectiveNamespace;

    private static bool Fits(string pattern, string text) =>
        pattern.Length == 0 || Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The operations, when it is a JSON patch.</summary>
    private static JsonArray? Operations(string text)
    {
        try
        {
            return YamlJson.Parse(text) as JsonArray;
        }
        catch (YamlException)
        {
            return null;
        }
    }

    private static List<JsonObject> Objects(string text, string source)
    {
        try
        {
            var patches = Manifests.Parse(text).ToList();
            if (patches.Count > 0 && patches.All(patch => patch.Text("kind") is not null && patch.Text("metadata", "name") is not null)) return patches;
        }
        catch (YamlException)
        {
            // Said below.
        }

        throw new KustomizeException($"unable to parse SM or JSON patch from {source}");
    }
}
