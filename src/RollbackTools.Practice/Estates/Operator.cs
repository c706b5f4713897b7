using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Estates;

/// <summary>
/// What people and pipelines do to a cluster (<c>kubectl apply</c>, <c>set image</c>, <c>scale</c>), by the API server's rules but
/// without its wires.
/// </summary>
public sealed class Operator(ObjectStore store, ObjectWriter writer, ResourceCatalog catalog)
{
    private const string ChangeCause = "kubernetes.io/change-cause";

    private static readonly WriteOptions AsApply = new("kubectl-client-side-apply") { User = "practice-pipeline" };
    private static readonly WriteOptions AsEdit = new("kubectl-edit") { User = "practice-operator" };

    /// <summary>
    /// Creates what is new and brings the rest to the manifest, remembering it as kubectl does. Throws
    /// <see cref="ArgumentException"/> for a kind there is none of, <see cref="Kubernetes.Api.ApiException"/> for what the API refuses.
    /// </summary>
    public void Apply(string yaml, string? changeCause = null)
    {
        foreach (var manifest in Manifests.Parse(yaml)) Apply(manifest, changeCause);
    }

    /// <summary>Ships an image the way a pipeline does: the manifest last applied, with the new image, applied.</summary>
    public void Deploy(ResourceType kind, string ns, string name, string image, string? changeCause = null)
    {
        var current = Find(kind, ns, name);
        var manifest = current.Annotation(ClientSideApply.LastApplied) is { } text ? JsonNode.Parse(text)!.AsObject() : current.Copy();
        FirstContainer(manifest)["image"] = image;
        Apply(manifest, changeCause);
    }

    /// <summary>As <c>kubectl set image</c> on the first container: last-applied stays as it was.</summary>
    public void SetImage(ResourceType kind, string ns, string name, string image) =>
        Change(kind, ns, name, body => FirstContainer(body)["image"] = image);

    public void Scale(ResourceType kind, string ns, string name, int replicas) =>
        Change(kind, ns, name, body => body.Child("spec")["replicas"] = replicas);

    /// <summary>Reads, changes, writes, as often as somebody else is faster.</summary>
    public void Change(ResourceType kind, string? ns, string name, Action<JsonObject> change) => Write(kind, ns, name, body =>
    {
        change(body);
        return body;
    }, AsEdit);

    private static JsonObject FirstContainer(JsonObject workload) => workload.Items("spec", "template", "spec", "containers").First();

    private void Write(ResourceType kind, string? ns, string name, Func<JsonObject, JsonObject> change, WriteOptions options)
    {
        while (true)
        {
            var current = Find(kind, ns, name);
            var next = change(current.Copy());
            try
            {
                writer.Replace(current, next, options);
                return;
            }
            catch (StoreConflictException)
            {
                // A controller wrote in between: from its version again.
            }
        }
    }

    private StoredObject Find(ResourceType kind, string? ns, string name) =>
        store.Find(kind, ns, name) ?? throw new ArgumentException($"There is no {kind} \"{name}\" in {ns}.", nameof(name));

    private void Apply(JsonObject manifest, string? changeCause)
    {
        var kind = catalog.FindKind(manifest.Text("apiVersion"), manifest.Text("kind") ?? "")
            ?? throw new ArgumentException($"No kind \"{manifest.Text("kind")}\" is served.", nameof(manifest));
        var wanted = manifest.DeepClone().AsObject();
        if (changeCause is not null) wanted.Child("metadata").Child("annotations")[ChangeCause] = changeCause;
        wanted = ClientSideApply.Remembering(wanted);

        var ns = kind.Namespaced ? wanted.Text("metadata", "namespace") ?? "default" : null;
        var name = wanted.Text("metadata", "name")!;
        if (store.Find(kind, ns, name) is null) writer.Create(kind, ns, wanted, AsApply);
        else Write(kind, ns, name, live => ClientSideApply.Merge(kind, live, wanted), AsApply);
    }
}
