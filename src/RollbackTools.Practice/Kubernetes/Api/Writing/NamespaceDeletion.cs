using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>
/// Begins the end of a namespace: nothing new gets in. The namespace controller empties it and then takes its finalizer away.
/// </summary>
internal static class NamespaceDeletion
{
    private const string Finalizer = "kubernetes";

    public static StoredObject Begin(ObjectStore store, StoredObject space)
    {
        store.Update(Resources.Namespaces, null, space.Name, static body =>
        {
            if (body.Child("metadata")?["deletionTimestamp"] is not null) return false;
            var finalizers = body.Child("metadata").List("finalizers")?.Select(one => one!.DeepClone()) ?? [];
            body.Ensure("metadata")["finalizers"] = new JsonArray([.. finalizers, Finalizer]);
            body.Ensure("status")["phase"] = "Terminating";
            return true;
        });
        return store.Delete(Resources.Namespaces, null, space.Name) ?? throw Refusals.NotFound(Resources.Namespaces, space.Name);
    }
}
