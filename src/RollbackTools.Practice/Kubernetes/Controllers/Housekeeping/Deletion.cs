using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;

/// <summary>Deleting an object for good, its dependents with it.</summary>
internal static class Deletion
{
    public const string Foreground = "foregroundDeletion";

    /// <summary>Deletes; the garbage collector sees to the dependents, first of all when <paramref name="foreground"/>.</summary>
    public static void DeleteWithDependents(this ControllerContext context, StoredObject item, bool foreground)
    {
        if (item.Type == Resources.Pods)
        {
            context.Store.DeletePod(item);
            return;
        }

        if (foreground && context.Cache.Children(item.Uid()).Count > 0)
        {
            context.Store.Update(item.Type, item.Namespace, item.Name, body =>
            {
                var meta = body.Child("metadata");
                if (meta["finalizers"] is not JsonArray finalizers) meta["finalizers"] = finalizers = [];
                finalizers.Add(Foreground);
                return true;
            });
        }

        context.Store.Delete(item.Type, item.Namespace, item.Name, ifUid: item.Uid());
    }
}
