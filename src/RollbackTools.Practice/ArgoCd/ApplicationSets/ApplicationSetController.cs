using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.ApplicationSets;

/// <summary>
/// Makes Applications from list generators and keeps them as the template says: whatever somebody changes in a spec, its
/// syncPolicy included, is changed back, unless the set's policy or <c>ignoreApplicationDifferences</c> leaves it alone.
/// </summary>
public sealed class ApplicationSetController(ControllerContext context, ObjectWriter writer) : Controller(context)
{
    private const string Component = "applicationset-controller";

    /// <summary>What survives on a generated application besides what the template and <c>preservedFields</c> name.</summary>
    private static readonly string[] KeptAnnotations =
        ["notified.notifications.argoproj.io", ArgoNames.Refresh, "argocd.argoproj.io/hydrate"];

    private static readonly WriteOptions Writing = new("argocd-applicationset-controller")
    { User = "system:serviceaccount:argocd:argocd-applicationset-controller" };

    public override IReadOnlyList<ResourceType> Watches { get; } = [ArgoResources.ApplicationSets, ArgoResources.Applications];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == ArgoResources.ApplicationSets) Enqueue(change.Object.Key());
        else if (change.Object.Controller() is { } owner && owner.Text("kind") == ArgoResources.ApplicationSets.Kind)
            Enqueue(new ObjectKey(change.Object.Namespace, owner.Text("name")!));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(ArgoResources.ApplicationSets, key.Namespace, key.Name) is not { } set || set.Deleting()) return;
        if (set.Read.Items("spec", "generators").Any(generator => generator.Object("list") is null))
        {
            // As with one that fails: nothing is made, and above all nothing is taken away.
            Events.Warning(set, Component, "ApplicationGenerationFromParamsError", "only list generators are served here");
            return;
        }

        var policy = set.Read.Text("spec", "syncPolicy", "applicationsSync") ?? "sync";
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (var application in Generate(set))
        {
            var name = application.Text("metadata", "name") ?? "";
            wanted.Add(name);
            try
            {
                if (Store.Find(ArgoResources.Applications, key.Namespace, name) is not { } found) Create(set, application);
                else if (policy is "sync" or "create-update") Update(set, found, application);
            }
            catch (ApiException refused)
            {
                Events.Warning(set, Component, "ApplicationSetError", refused.Message);
            }
        }

        if (policy is not ("sync" or "create-delete")) return;
        foreach (var gone in Cache.Controlled(ArgoResources.Applications, set.Uid()).Where(one => !wanted.Contains(one.Name) && !one.Deleting()))
            Store.Delete(gone.Type, gone.Namespace, gone.Name);
    }

    private static IEnumerable<JsonObject> Generate(StoredObject set)
    {
        var template = set.Read.Object("spec", "template") ?? [];
        var cascades = !set.Read.Flag("spec", "syncPolicy", "preserveResourcesOnDeletion");
        foreach (var element in set.Read.Items("spec", "generators").SelectMany(generator => generator.Items("list", "elements")))
        {
            var application = TemplateText.Fill(template, element)!.AsObject();
            if (cascades && application.At("metadata", "finalizers") is null)
                application.Child("metadata")["finalizers"] = new JsonArray(ArgoNames.ResourcesFinalizer);
            yield return application;
        }
    }

    private void Create(StoredObject set, JsonObject generated)
    {
        JsonObject application = new()
        {
            ["apiVersion"] = ArgoResources.Applications.ApiVersion,
            ["kind"] = ArgoResources.Applications.Kind,
            ["metadata"] = generated["metadata"]!.DeepClone(),
            ["spec"] = generated["spec"]?.DeepClone() ?? new JsonObject(),
        };
        var metadata = application.Child("metadata");
        metadata["namespace"] = set.Namespace;
        metadata["ownerReferences"] = new JsonArray(set.OwnerReference());
        writer.Create(ArgoResources.Applications, set.Namespace, application, Writing);
        Events.Normal(set, Component, "created", $"created Application \"{metadata.Text("name")}\"");
    }

    private void Update(StoredObject set, StoredObject found, JsonObject generated)
    {
        var next = found.Copy();
        next["spec"] = generated["spec"]?.DeepClone() ?? new JsonObject();
        var (metadata, wanted) = (next.Child("metadata"), generated.Child("metadata"));
        Replace(metadata, "annotations", wanted.Object("annotations"), Kept(set, "annotations").Concat(KeptAnnotations));
        Replace(metadata, "labels", wanted.Object("labels"), Kept(set, "labels"));
        if (wanted["finalizers"] is { } finalizers) metadata["finalizers"] = finalizers.DeepClone();
        else metadata.Remove("finalizers");
        metadata["ownerReferences"] = new JsonArray(set.OwnerReference());

        IgnoredDifferences ignored = new(set.Read.Items("spec", "ignoreApplicationDifferences"));
        foreach (var steps in ignored.For(ResourceId.Of(found.Read, found.Namespace))) IgnoredDifferences.Copy(found.Read, next, steps);
        if (writer.Replace(found, next, Writing) != found)
            Events.Normal(set, Component, "updated", $"updated Application \"{found.Name}\"");
    }

    private static IEnumerable<string> Kept(StoredObject set, string map) =>
        (set.Read.At("spec", "preservedFields", map) as JsonArray ?? []).Select(name => name.Text()).OfType<string>();

    /// <summary>The template's map, and of the live one only what is to be kept.</summary>
    private static void Replace(JsonObject metadata, string map, JsonObject? wanted, IEnumerable<string> kept)
    {
        var next = wanted?.DeepClone().AsObject() ?? [];
        foreach (var name in kept)
            if (metadata.Text(map, name) is { } value) next[name] = value;
        if (next.Count == 0) metadata.Remove(map);
        else metadata[map] = next;
    }
}
