namespace RollbackTools.Operations.Runs;

/// <summary>
/// What to type when a target did not reach its goal: look, wait on, or go elsewhere. Never what leads back to the version that
/// was rolled away from.
/// </summary>
internal static class AfterFailure
{
    public static string Of(OperationRequest request, RollbackResult draft, RollbackOutcome goal) =>
        goal != RollbackOutcome.Undone && request.CommandsOf(Target(draft)) is { } commands
            ? $"{commands.Look}; to wait on: Resume-RollbackRun {draft.RunId}; for another {commands.What}: {commands.Others}"
            : OnRecord(draft.RunId);

    /// <summary>The same when nothing was changed: where another version of that kind is found.</summary>
    public static string Untouched(OperationRequest request, RollbackResult draft) =>
        request.CommandsOf(Target(draft))?.Others ?? OnRecord(draft.RunId);

    public static string OnRecord(string runId) => $"Get-RollbackRun {runId} | Format-List";

    private static RunTarget Target(RollbackResult draft) => new() { Namespace = draft.Namespace, Kind = draft.Kind, Name = draft.Name };
}
