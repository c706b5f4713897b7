namespace RollbackTools.Operations.Runs;

/// <summary>
/// What to type when a target did not reach its goal: look, wait on, or go elsewhere. Never what leads back to the version that
/// was rolled away from.
/// </summary>
internal static class AfterFailure
{
    public static string Of(RollbackResult draft, RollbackOutcome goal)
    {
        var target = $"{TargetName.Of(draft.Kind, draft.Name)} -Namespace {draft.Namespace}";
        var named = $"{draft.Name} -Namespace {draft.Namespace}";
        return (goal, draft.Kind) switch
        {
            (RollbackOutcome.Undone, _) => OnRecord(draft.RunId),
            (_, "Deployment" or "StatefulSet" or "DaemonSet" or "Rollout") =>
                $"Test-RollbackHealth {target}; to wait on: Resume-RollbackRun {draft.RunId}; for another version: Get-ImageHistory {target}",
            (_, "Application") => $"Get-ArgoApplication {named}; to wait on: Resume-RollbackRun {draft.RunId}; for another version: Get-ArgoHistory {named}",
            (_, "HelmRelease") => $"Get-HelmRelease {named}; to wait on: Resume-RollbackRun {draft.RunId}; for another revision: Get-HelmHistory {named}",
            _ => OnRecord(draft.RunId),
        };
    }

    /// <summary>The same when nothing was changed: where another version of that kind is found.</summary>
    public static string Untouched(RollbackResult draft) => draft.Kind switch
    {
        "Deployment" or "StatefulSet" or "DaemonSet" or "Rollout" => $"Get-ImageHistory {TargetName.Of(draft.Kind, draft.Name)} -Namespace {draft.Namespace}",
        "Application" => $"Get-ArgoHistory {draft.Name} -Namespace {draft.Namespace}",
        "HelmRelease" => $"Get-HelmHistory {draft.Name} -Namespace {draft.Namespace}",
        _ => OnRecord(draft.RunId),
    };

    public static string OnRecord(string runId) => $"Get-RollbackRun {runId} | Format-List";
}
