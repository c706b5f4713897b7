using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Sync;

/// <summary>Applies and prunes single objects, by the API server's rules and in kubectl's words.</summary>
internal sealed class ObjectApplier(ControllerContext context, ObjectWriter writer)
{
    private const string User = "system:serviceaccount:argocd:argocd-application-controller";
    private const int Attempts = 5;

    /// <summary>Returns the result's status and message.</summary>
    public (string Status, string Message) Apply(SyncTask task, bool replace, bool dryRun)
    {
        var type = task.Type!;
        var options = new WriteOptions("argocd-controller") { User = User, DryRun = dryRun };
        var what = $"{type.Singular}{(type.Group.Length > 0 ? "." + type.Group : "")}/{task.Id.Name}";
        var suffix = dryRun ? " (dry run)" : "";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var wanted = ClientSideApply.Remembering(task.Target!);
                if (context.Store.Find(type, task.Id.Namespace, task.Id.Name) is not { } live)
                {
                    writer.Create(type, task.Id.Namespace, wanted, options);
                    return ("Synced", $"{what} created{suffix}");
                }

                var next = replace ? wanted : ClientSideApply.Merge(type, live.Copy(), wanted);
                var saved = writer.Replace(live, next, options);
                var verb = saved == live ? "unchanged" : replace ? "replaced" : "configured";
                return ("Synced", $"{what} {verb}{suffix}");
            }
            catch (StoreConflictException) when (attempt < Attempts)
            {
                // Somebody wrote in between: from his version again, as kubectl does.
            }
            catch (Exception refused) when (refused is ApiException or PatchException or StoreConflictException)
            {
                return ("SyncFailed", refused.Message);
            }
        }
    }

    public (string Status, string Message) Prune(SyncTask task, SyncRequest request, bool dryRun)
    {
        if (!request.Prune) return ("PruneSkipped", "ignored (requires pruning)");
        if (request.NeverPrunes || ArgoNames.HasOption(task.Live!.Annotation(ArgoNames.SyncOptions), "Prune=false"))
            return ("PruneSkipped", "ignored (no prune)");
        if (dryRun) return ("Pruned", "pruned (dry run)");
        if (!task.Live!.Deleting()) context.DeleteWithDependents(task.Live!, foreground: true);
        return ("Pruned", "pruned");
    }

    public void Delete(StoredObject live)
    {
        if (!live.Deleting()) context.DeleteWithDependents(live, foreground: false);
    }
}
