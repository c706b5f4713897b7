using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>Writing status as Go's omitempty does: a zero is absent.</summary>
internal static class StatusFields
{
    public static JsonObject Count(this JsonObject status, string name, int value)
    {
        if (value == 0) status.Remove(name);
        else status[name] = value;
        return status;
    }

    /// <summary>
    /// Replaces the status of exactly this version. Throws <see cref="StoreConflictException"/> when somebody wrote in between.
    /// </summary>
    public static void WriteStatus(this ObjectStore store, StoredObject item, JsonObject status) =>
        store.Update(item.Type, item.Namespace, item.Name, body =>
        {
            if (JsonNode.DeepEquals(body["status"], status)) return false;
            body["status"] = status;
            return true;
        }, item.Version);

    public static JsonObject CopyStatus(this StoredObject item) => item.Read.Object("status")?.DeepClone().AsObject() ?? [];
}
