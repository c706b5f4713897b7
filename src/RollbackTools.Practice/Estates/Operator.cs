using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Estates;

/// <summary>
/// What people and pipelines do to a cluster, done straight to its store: <c>kubectl apply</c>, <c>set image</c>, <c>scale</c>.
/// </summary>
public sealed class Operator(ObjectStore store)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string ChangeCause = "kubernetes.io/change-cause";

    private static readonly Dictionary<string, ResourceType> Kinds = Resources.BuiltIn.ToDictionary(kind => kind.Kind);

    /// <summary>
    /// Creates what is new and brings the rest to the manifest, remembering it as kubectl does. Throws
    /// <see cref="ArgumentException"/> for a kind there is none of.
    /// </summary>
    public void Apply(string yaml, string? changeCause = null)
    {
        foreach (var manifest in Manifests.Parse(yaml)) Apply(manifest, changeCause);
    }

    /// <summary>Ships an image the way a pipeline does: the manifest with the new image, applied.</summary>
    public void Deploy(ResourceType kind, string ns, string name, string image, string? changeCause = null)
    {
        var current = store.Find(kind, ns, name) ?? throw new ArgumentException($"There is no {kind} \"{name}\" in {ns}.", nameof(name));
        var manifest = current.Annotation(LastApplied) is { } text ? JsonNode.Parse(text)!.AsObject() : current.Copy();
        FirstContainer(manifest)["image"] = image;
        Apply(manifest, changeCause);
    }

    /// <summary>As <c>kubectl set image</c> on the first container: last-applied stays as it was.</summary>
    public void SetImage(ResourceType kind, string ns, string name, string image) => Change(kind, ns, name, body => FirstContainer(body)["image"] = image);

    public void Scale(ResourceType kind, string ns, string name, int replicas) => Change(kind, ns, name, body => body.Child("spec")["replicas"] = replicas);

    public void Change(ResourceType kind, string ns, string name, Action<JsonObject> change)
    {
        var changed = store.Update(kind, ns, name, body =>
        {
            change(body);
            return true;
        });
        if (changed is null) throw new ArgumentException($"There is no {kind} \"{name}\" in {ns}.", nameof(name));
    }

    private static JsonObject FirstContainer(JsonObject workload) => workload.Items("spec", "template", "spec", "containers").First();

    private void Apply(JsonObject manifest, string? changeCause)
    {
        if (!Kinds.TryGetValue(manifest.Text("kind") ?? "", out var kind))
            throw new ArgumentException($"No kind \"{manifest.Text("kind")}\" is served.", nameof(manifest));
        var written = manifest.DeepClone().AsObject();
        var annotations = written.Child("metadata").Child("annotations");
        if (changeCause is not null) annotations[ChangeCause] = changeCause;
        annotations.Remove(LastApplied);
        var remembered = written.ToJsonString();
        annotations[LastApplied] = remembered;
        Default(kind, written);

        var ns = kind.Namespaced ? written.Text("metadata", "namespace") ?? "default" : null;
        var name = written.Text("metadata", "name")!;
        if (store.Find(kind, ns, name) is null) store.Create(kind, written);
        else Change(kind, ns!, name, live => Merge(live, written));
    }

    private static void Default(ResourceType kind, JsonObject body)
    {
        if (kind == Resources.Secrets && body.Object("stringData") is { } plain)
        {
            foreach (var (key, value) in plain)
                body.Child("data")[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value.Text() ?? ""));
            body.Remove("stringData");
        }
    }

    /// <summary>The manifest wins wherever it says something; what only the live object has (an autoscaler's replicas) stays.</summary>
    private static void Merge(JsonObject live, JsonObject wanted)
    {
        foreach (var (key, value) in wanted)
        {
            if (key == "status") continue;
            if (value is JsonObject part && live[key] is JsonObject existing && key is not ("template" or "data")) Merge(existing, part);
            else if (!JsonNode.DeepEquals(value, live[key])) live[key] = value?.DeepClone();
        }
    }
}
