using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>How Argo CD's own parts ask for an operation.</summary>
internal static class AppOperation
{
    /// <summary>
    /// Sets <c>operation</c> and clears the last one's state, without which the controller would go on with that. False when another
    /// operation is in progress, or the application is gone.
    /// </summary>
    public static bool TrySet(ObjectStore store, StoredObject application, JsonObject operation)
    {
        var set = false;
        store.Update(application.Type, application.Namespace, application.Name, body =>
        {
            if (body["operation"] is not null) return false;
            body["operation"] = operation.DeepClone();
            body.Object("status")?.Remove("operationState");
            return set = true;
        });
        return set;
    }
}
