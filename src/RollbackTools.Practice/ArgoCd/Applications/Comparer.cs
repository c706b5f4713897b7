using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema.Defaulting;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>Puts what a repository says beside what is live. Fields the manifest does not name, nor named before, do not count.</summary>
internal sealed class Comparer(ControllerContext context, TrackedObjects tracked)
{
    public Comparison Compare(ApplicationView application, Desired desired)
    {
        var ignored = IgnoredDifferences.Of(application);
        List<ManagedResource> resources = [];
        List<JsonObject> hooks = [];
        HashSet<(ResourceType, ObjectKey)> wanted = [];
        foreach (var manifest in desired.Manifests)
        {
            var (type, target) = Target(application, manifest);
            if (IsHook(target))
            {
                if (target.Text("metadata", "annotations", ArgoNames.Hook) != "Skip") hooks.Add(target);
                continue;
            }

            var ns = type is { Namespaced: false } ? null : target.Text("metadata", "namespace");
            var id = ResourceId.Of(target, ns);
            if (type is not null && !wanted.Add((type, new ObjectKey(ns, id.Name)))) continue;
            var live = type is null ? null : context.Store.Find(type, ns, id.Name);
            var predicted = live is null ? null : Predict(type!, live, target);
            var differs = predicted is not null && Differs(predicted, live!, ignored.For(id));
            resources.Add(new ManagedResource(type, id, target, live, predicted, differs));
        }

        foreach (var (type, key) in tracked.Of(application.Instance))
        {
            if (wanted.Contains((type, key)) || context.Store.Find(type, key.Namespace, key.Name) is not { } extra) continue;
            if (IsHook(extra.Read) || extra.Read.Items("metadata", "ownerReferences").Any()) continue;
            resources.Add(new ManagedResource(type, ResourceId.Of(extra.Read, extra.Namespace), null, extra, null, Differs: true));
        }

        resources.Sort((a, b) => string.CompareOrdinal(a.Id.SortKey, b.Id.SortKey));
        return new Comparison(desired.Pins, resources, hooks);
    }

    public static bool IsHook(JsonObject item) => item.Text("metadata", "annotations", ArgoNames.Hook) is { Length: > 0 };

    /// <summary>The manifest in the namespace it goes to, with the application's tracking id.</summary>
    private (ResourceType? Type, JsonObject Target) Target(ApplicationView application, JsonObject manifest)
    {
        var target = manifest.DeepClone().AsObject();
        target.Remove("status");
        var type = context.Catalog.FindKind(target.Text("apiVersion") ?? "v1", target.Text("kind") ?? "");
        var metadata = target.Child("metadata");
        var ns = metadata.Text("namespace") is { Length: > 0 } own ? own : application.DestinationNamespace;
        if (type is { Namespaced: false }) metadata.Remove("namespace");
        else metadata["namespace"] = ns;

        var id = ResourceId.Of(target, ns);
        metadata.Child("annotations")[ArgoNames.TrackingId] = TrackedObjects.Id(application.Instance, id.Group, id.Kind, ns, id.Name);
        return (type, target);
    }

    private static JsonObject Predict(ResourceType type, StoredObject live, JsonObject target)
    {
        try
        {
            var merged = ClientSideApply.Merge(type, live.Copy(), target);
            Defaults.Apply(type, merged);

            // Numbers written and numbers read are equal only as text.
            return JsonNode.Parse(merged.ToJsonString())!.AsObject();
        }
        catch (PatchException)
        {
            // It cannot be applied; the sync will say why.
            return target.DeepClone().AsObject();
        }
    }

    private static bool Differs(JsonObject predicted, StoredObject live, IReadOnlyList<string[]> ignored)
    {
        if (ignored.Count == 0) return !JsonNode.DeepEquals(predicted, live.Read);
        var (left, right) = (predicted.DeepClone(), live.Copy());
        foreach (var steps in ignored)
        {
            IgnoredDifferences.Remove(left, steps);
            IgnoredDifferences.Remove(right, steps);
        }

        return !JsonNode.DeepEquals(left, right);
    }
}
