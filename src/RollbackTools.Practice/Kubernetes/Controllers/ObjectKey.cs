using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>Where an object is; its kind is known from the queue it waits in.</summary>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}

/// <summary>The metadata every controller reads.</summary>
internal static class ObjectMetadata
{
    public static ObjectKey Key(this StoredObject item) => new(item.Namespace, item.Name);

    public static string Uid(this StoredObject item) => item.Read.Text("metadata", "uid")!;

    public static bool Deleting(this StoredObject item) => item.Read.At("metadata", "deletionTimestamp") is not null;

    public static int Generation(this StoredObject item) => item.Read.Number("metadata", "generation") ?? 0;

    public static string Created(this StoredObject item) => item.Read.Text("metadata", "creationTimestamp") ?? "";

    public static string? Annotation(this StoredObject item, string name) => item.Read.Text("metadata", "annotations", name);

    /// <summary>The owner reference that says <c>controller: true</c>.</summary>
    public static JsonObject? Controller(this StoredObject item) =>
        item.Read.Items("metadata", "ownerReferences").FirstOrDefault(owner => owner.Flag("controller"));

    public static JsonObject OwnerReference(this StoredObject owner) => new()
    {
        ["apiVersion"] = owner.Type.ApiVersion,
        ["kind"] = owner.Type.Kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };
}
