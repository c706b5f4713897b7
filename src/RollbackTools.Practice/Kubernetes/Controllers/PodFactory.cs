using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>Pods from templates, created as the API server would let a controller create them.</summary>
internal sealed class PodFactory(ControllerContext context)
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>A pod with the template's labels, annotations, finalizers and spec, owned by <paramref name="owner"/>.</summary>
    public static JsonObject FromTemplate(JsonObject template, StoredObject owner)
    {
        JsonObject metadata = new() { ["namespace"] = owner.Namespace };
        foreach (var part in (string[])["labels", "annotations", "finalizers"])
        {
            if (template.At("metadata", part) is { } value) metadata[part] = value.DeepClone();
        }

        metadata["ownerReferences"] = new JsonArray(owner.OwnerReference());
        return new JsonObject { ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() ?? new JsonObject() };
    }

    /// <summary>A name the API server would generate: the prefix, cut to fit, and five characters.</summary>
    public string Name(string prefix)
    {
        if (prefix.Length > 58) prefix = prefix[..58];
        return prefix + new string(context.Random.GetItems<char>(Alphabet, 5));
    }

    /// <summary>Throws <see cref="PodRefusedException"/> when admission refuses, <see cref="StoreConflictException"/> when the name is taken.</summary>
    public StoredObject Create(JsonObject pod)
    {
        pod["status"] = new JsonObject { ["phase"] = "Pending" };
        return context.Store.Create(Resources.Pods, context.Admission.Admit(pod.Text("metadata", "namespace")!, pod));
    }
}
