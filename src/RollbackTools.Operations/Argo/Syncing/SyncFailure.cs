using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>Says why a sync failed: which hook, which object, in Argo CD's words.</summary>
internal static class SyncFailure
{
    private const int Lines = 12;

    public static RollbackException Of(ArgoApplication application, ArgoOperationState state, IReadOnlyList<string> hooks)
    {
        var isRollback = state.Operation.Info(SyncApplication.LeavesInfo) is not null;
        var failed = state.Resources.Where(resource => resource.Failed).ToList();
        var hook = failed.Find(resource => resource.HookType is not null);
        List<string> evidence = [.. failed.Take(Lines).Select(resource => resource.ToString())];
        evidence.AddRange(hooks);
        evidence.AddRange(application.Conditions.Where(condition => !condition.Contains("Warning:", StringComparison.Ordinal)).Take(3));
        var reason = failed.Count > 0 ? $"{failed[0]}{(failed.Count > 1 ? $" and {failed.Count - 1} more" : "")}" : state.Message;
        var message = $"The sync of {application} in {application.Metadata.Namespace} ended {state.Phase}: {reason}."
            + (!SyncPolicy.IsOn(application.Automated) && PausedPolicy.Of(application) is not null ? $" Automated sync of {application} stays off." : "");
        return (state.Message.Contains("terminated", StringComparison.OrdinalIgnoreCase), hook) switch
        {
            (true, _) => Refuse("OperationTerminated", message, application, evidence, isRollback),
            (_, not null) => Refuse("HookFailed", message, application, evidence, isRollback),
            _ => Refuse("SyncFailed", message, application, evidence, isRollback),
        };
    }

    private static RollbackException Refuse(string id, string message, ArgoApplication application, List<string> evidence, bool isRollback) => new(id, message)
    {
        Target = $"{application} in {application.Metadata.Namespace}",
        Evidence = evidence,
        NextStep = id == "SyncFailed" && isRollback ? $"Invoke-ArgoRollback {application.Metadata.Name} -Namespace {application.Metadata.Namespace}"
            : $"Get-ArgoHistory {application.Metadata.Name} -Namespace {application.Metadata.Namespace}",
    };
}
