using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.CustomResources;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Defaulting;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Schema.Validation;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Kubernetes.Webhooks;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>Who writes, and how.</summary>
public sealed record WriteOptions(string Manager)
{
    public string User { get; init; } = "system:kube-controller-manager";

    public bool DryRun { get; init; }

    /// <summary><c>status</c>, when only that is written.</summary>
    public string? Subresource { get; init; }

    /// <summary>managedFields were already worked out (server-side apply).</summary>
    public bool FieldsTracked { get; init; }
}

/// <summary>
/// The way into the store for everything that must be defaulted, validated and admitted: what the HTTP server does with a body,
/// and what controllers use to create pods. Refusals are <see cref="ApiException"/>s.
/// </summary>
public sealed class ObjectWriter(ObjectStore store, AdmissionChain admission, TimeProvider time, ResourceCatalog? catalog = null)
{
    private readonly object lastPlace = new();
    private readonly Quotas quotas = new(store);
    private readonly ServiceRegistry services = new(store);
    private readonly ConfiguredWebhooks webhooks = new(store);

    /// <summary>What serves the kinds of CustomResourceDefinitions; null where no kinds can be added.</summary>
    internal DefinitionRegistry? Definitions { get; } = catalog is null ? null : new DefinitionRegistry(store, catalog, time);

    /// <summary>Creates; <paramref name="ns"/> is the namespace of the request.</summary>
    public StoredObject Create(ResourceType type, string? ns, JsonObject body, WriteOptions options)
    {
        var meta = body.Ensure("metadata");
        if (meta.Text("resourceVersion") is { Length: > 0 }) throw Refusals.Internal("resourceVersion should not be set on objects to be created");
        foreach (var own in new[] { "resourceVersion", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink" })
            meta.Remove(own);
        if (!options.FieldsTracked) meta.Remove("managedFields");
        if (type.Namespaced) meta["namespace"] = ns;
        if (meta.Text("name") is not { Length: > 0 } && meta.Text("generateName") is { Length: > 0 } prefix)
            meta["name"] = ObjectStore.GenerateName(prefix);

        if (type.Subresources.Contains("status")) body.Remove("status");
        admission.DropUnknown(type, body);
        Prepare(type, body);
        if (type == Resources.DaemonSets) TemplateGeneration.Begin(body);
        if (!options.FieldsTracked) ManagedFields.Track(type, null, body, options.Manager, options.Subresource, time.GetUtcNow());
        Complete(type, body);
        var name = meta.Text("name") ?? "";
        // A webhook leaves out what has a default.
        if (admission.Mutate(new AdmissionRequest("CREATE", type, ns, name, body, null, options.User, options.DryRun))) Prepare(type, body);
        Throw(type, name, Validator.Check(type, body));
        if (type.Namespaced) CheckNamespace(type, ns!, name);
        Review(new AdmissionRequest("CREATE", type, ns, name, body, null, options.User, options.DryRun));

        // Nobody owns an address that the registry gave out, and no webhook has seen it.
        if (type == Resources.Services) services.Allocate(body, name);
        if (ns is null || !quotas.Limit(ns)) return Keep(type, name, body, options);

        // Of two at once only one gets the last place.
        lock (lastPlace)
        {
            quotas.Admit(type, ns, name, options.DryRun);
            return Keep(type, name, body, options);
        }
    }

    /// <summary>
    /// Writes <paramref name="next"/> in place of <paramref name="current"/>. Throws <see cref="StoreConflictException"/> when
    /// somebody else was faster.
    /// </summary>
    public StoredObject Replace(StoredObject current, JsonObject next, WriteOptions options)
    {
        var type = current.Type;
        var before = current.Read;
        admission.DropUnknown(type, next);
        next = Restrict(type, before, next, options.Subresource);
        CarryMetadata(next.Ensure("metadata"), before.Child("metadata")!, options.Subresource is not null);
        if (type == Resources.Services) services.Carry(next, before);
        if (options.Subresource is null)
        {
            Defaults.Apply(type, next);
            if (type == Resources.Pods) PodDefaults.Admit(next);
            AdmissionRequest request = new("UPDATE", type, current.Namespace, current.Name, next, before, options.User, options.DryRun);
            if (admission.Mutate(request)) Defaults.Apply(type, next);
            List<FieldError> errors = [.. Validator.Check(type, next)];
            errors.AddRange(UpdateValidator.Check(type, next, before));
            Throw(type, current.Name, errors);
            Review(request);
        }

        if (type == Resources.DaemonSets) TemplateGeneration.Carry(next, before);
        if (Unchanged(before, next)) return current;
        if (type == Resources.Deployments && options.Subresource is null) CountAnnotations(before.Child("metadata")!, next.Child("metadata")!);
        if (!options.FieldsTracked)
            ManagedFields.Track(type, before, next, options.Manager, options.Subresource, time.GetUtcNow());
        if (type == Resources.DaemonSets) TemplateGeneration.Count(next, before);
        if (type == Resources.CustomResourceDefinitions) Definitions?.Accept(next);
        var saved = store.Replace(type, current.Namespace, current.Name, next, current.Version, options.DryRun)
            ?? throw Refusals.NotFound(type, current.Name);
        if (type == Resources.CustomResourceDefinitions && !options.DryRun) Definitions?.Serve(saved);
        return saved;
    }

    /// <summary>Asks everybody who may refuse: the webhooks of this process, and those that objects of the cluster name.</summary>
    internal void Review(AdmissionRequest request)
    {
        admission.Review(request);
        webhooks.Review(request);
    }

    private StoredObject Keep(ResourceType type, string name, JsonObject body, WriteOptions options)
    {
        try
        {
            var created = store.Create(type, body, options.DryRun);
            if (type == Resources.CustomResourceDefinitions && !options.DryRun) Definitions?.Establish(created);
            if (type == Resources.ResourceQuotas && !options.DryRun) quotas.Open(created);
            return created;
        }
        catch (StoreConflictException taken)
        {
            throw Refusals.From(taken, type, name);
        }
    }

    /// <summary>A Deployment's annotations are handed on to its ReplicaSets: a change of them is a new generation.</summary>
    private static void CountAnnotations(JsonObject before, JsonObject next)
    {
        if (!JsonNode.DeepEquals(before["annotations"], next["annotations"])) next["generation"] = (before.Number("generation") ?? 0) + 1;
    }

    private static bool Unchanged(JsonObject before, JsonObject next) => JsonNode.DeepEquals(before, next);

    private static JsonObject Restrict(ResourceType type, JsonObject before, JsonObject next, string? subresource)
    {
        if (subresource == "status")
        {
            var only = (JsonObject)before.DeepClone();
            only["status"] = next["status"]?.DeepClone() ?? new JsonObject();
            if (next.Child("metadata")?["managedFields"] is { } managed) only.Ensure("metadata")["managedFields"] = managed.DeepClone();
            return only;
        }

        if (!type.Subresources.Contains("status")) return next;
        if (before["status"] is { } status) next["status"] = status.DeepClone();
        else next.Remove("status");
        return next;
    }

    /// <summary>What a writer may not change is as it was, whatever he sent.</summary>
    private static void CarryMetadata(JsonObject meta, JsonObject before, bool subresource)
    {
        foreach (var own in new[]
        {
            "name", "namespace", "generateName", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
            "resourceVersion", "selfLink",
        })
        {
            if (before[own] is { } value) meta[own] = value.DeepClone();
            else meta.Remove(own);
        }

        if (!meta.ContainsKey("managedFields") && before["managedFields"] is { } managed && !subresource)
            meta["managedFields"] = managed.DeepClone();
    }

    private void Prepare(ResourceType type, JsonObject body)
    {
        Defaults.Apply(type, body);

        // As Go writes it: a status that nobody has filled is an empty one.
        if (type.Subresources.Contains("status") && !type.Custom) body.Default("status", EmptyObjects.Of(type)["status"]?.DeepClone() ?? new JsonObject());
    }

    /// <summary>What the server adds to a new object by itself: nobody owns it.</summary>
    private static void Complete(ResourceType type, JsonObject body)
    {
        if (type == Resources.Jobs) JobIdentity.Assign(body);
        if (type == Resources.Pods) PodDefaults.Admit(body);
        if (type == Resources.CustomResourceDefinitions)
            body.Ensure("status")["storedVersions"] = new JsonArray(body.Child("spec").Objects("versions").FirstOrDefault(version => version.True("storage")).Text("name"));
    }

    private void CheckNamespace(ResourceType type, string ns, string name)
    {
        var found = store.Find(Resources.Namespaces, null, ns) ?? throw Refusals.NotFound(Resources.Namespaces, ns);
        if (found.Read.Child("metadata")?["deletionTimestamp"] is not null)
            throw Refusals.Forbidden(type, name, $"unable to create new content in namespace {ns} because it is being terminated");
    }

    private static void Throw(ResourceType type, string name, IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0) throw Refusals.Invalid(type, name, errors);
    }
}
