using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>Waits until one particular operation has ended, and notices when it never will.</summary>
internal sealed class OperationWait(IArgoCd argo, IOperationReporter reporter, TimeProvider time)
{
    /// <summary>A controller that lives takes an operation up within seconds.</summary>
    private static readonly TimeSpan PickUp = TimeSpan.FromMinutes(1);

    // On its first pass the controller counts every operation as automatic, so the message can flash by even where manual syncs are allowed.
    private static readonly TimeSpan BlockedForGood = TimeSpan.FromSeconds(10);

    // An API server answers a watch from its cache, which may not have our operation yet.
    private static readonly TimeSpan Catching = TimeSpan.FromSeconds(10);

    // Reading all of its pods at every status would be much for a cluster that has enough to do.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>What is done every few seconds while ours is under way: a wave may need help to become healthy.</summary>
    public Func<ArgoApplication, CancellationToken, Task>? MeanwhileAsync { get; init; }

    /// <summary>What to do about one that does not come to its end in time; null when nothing is known.</summary>
    public Func<ArgoApplication, CancellationToken, Task<string?>>? AdviseAsync { get; init; }

    /// <summary>
    /// The application once the operation that <paramref name="isOurs"/> recognises has ended, however it ended. Throws Timeout,
    /// SyncWindowBlocked, ControllerNotResponding or ChangedMeanwhile (somebody replaced it).
    /// </summary>
    public async Task<ArgoApplication> UntilEndedAsync(
        ApplicationName name, Func<ArgoOperation, ArgoOperationState?, bool> isOurs, string what, TimeSpan timeout, CancellationToken cancellation)
    {
        await using ApplicationFeed feed = new(argo, name, time);
        var startedAt = time.GetTimestamp();
        var lastLook = startedAt;
        long? blockedSince = null;
        var id = string.GetHashCode($"operation {name} {name.Namespace}", StringComparison.Ordinal) & int.MaxValue;
        try
        {
            while (true)
            {
                var now = await feed.NextAsync(cancellation);
                var state = now.OperationState is { } running && isOurs(running.Operation, running) ? running : null;
                if (state is { Ended: true }) return now;

                var waited = time.GetElapsedTime(startedAt);
                if (state is { BlockedByWindow: true })
                {
                    blockedSince ??= time.GetTimestamp();
                    if (time.GetElapsedTime(blockedSince.Value) >= BlockedForGood) await GiveUpAsync(now, Blocked(now), cancellation);
                }
                else
                {
                    blockedSince = null;
                }

                if (state is null && now.Operation is { } asked && isOurs(asked, null))
                {
                    if (waited >= PickUp) await GiveUpAsync(now, NotPickedUp(now), cancellation);
                }
                else if (state is null && waited >= Catching)
                {
                    throw Replaced(now);
                }

                if (MeanwhileAsync is not null && state is not null && time.GetElapsedTime(lastLook) >= BetweenLooks)
                {
                    lastLook = time.GetTimestamp();
                    await MeanwhileAsync(now, cancellation);
                }

                if (waited >= timeout) throw TimedOut(now, what, timeout, AdviseAsync is null ? null : await AdviseAsync(now, cancellation));
                reporter.Progress(new ProgressReport(id, $"{what} {name}", Describe(now, state), null));
            }
        }
        finally
        {
            reporter.Progress(new ProgressReport(id, $"{what} {name}", "done", 100) { Completed = true });
        }
    }

    private static string Describe(ArgoApplication now, ArgoOperationState? state)
    {
        if (state is null) return "waiting for Argo CD to take it up";
        var again = state.RetryCount > 0 || state.WaitsForRetry ? $" (try {state.RetryCount + 1}{(state.WaitsForRetry ? ", waits for the next" : "")})" : "";
        return $"{state.Phase}{again}, health {now.Health}" + (state.Message.Length > 0 ? $": {state.Message}" : "");
    }

    // What waits for a window or a dead controller would strike hours later, when nobody expects it any more.
    private async Task GiveUpAsync(ArgoApplication now, RollbackException why, CancellationToken cancellation)
    {
        try
        {
            await argo.TerminateAsync(now, cancellation);
        }
        catch (EstateException failure)
        {
            reporter.Warning($"The operation on {now} could not be withdrawn and may start later: {failure.Message}");
        }

        throw why;
    }

    private static RollbackException Blocked(ArgoApplication now) =>
        new("SyncWindowBlocked", $"A sync window of project {now.Project} blocks the sync of {now} in {now.Metadata.Namespace}, so it was withdrawn: {now.OperationState!.Message}.")
        {
            Target = $"{now} in {now.Metadata.Namespace}",
            NextStep = $"Let manual syncs through (manualSync: true on the window); to see the windows: argocd proj windows list {now.Project}",
        };

    private static RollbackException NotPickedUp(ArgoApplication now) =>
        new("ControllerNotResponding", $"Argo CD did not take up the operation on {now} in {now.Metadata.Namespace} within {Words.Duration(PickUp)}, so it was withdrawn: " +
            "its application controller is down, busy or does not watch that namespace.")
        {
            Target = $"{now} in {now.Metadata.Namespace}",
            NextStep = $"kubectl get pods -n {now.Metadata.Namespace} -l app.kubernetes.io/name=argocd-application-controller",
        };

    private static RollbackException Replaced(ArgoApplication now) =>
        new("ChangedMeanwhile", $"Somebody replaced our operation on {now} in {now.Metadata.Namespace} by another" +
            (now.IsOperating ? $": {ApplicationRules.DescribeOperation(now)}." : "."))
        {
            Target = $"{now} in {now.Metadata.Namespace}",
            NextStep = $"Get-ArgoApplication {now.Metadata.Name} -Namespace {now.Metadata.Namespace} | Format-List",
        };

    private static RollbackException TimedOut(ArgoApplication now, string what, TimeSpan timeout, string? advice) =>
        new("Timeout", $"{what} {now} in {now.Metadata.Namespace} has not ended within {Words.Duration(timeout)}; it goes on: {ApplicationRules.DescribeOperation(now)}.")
        {
            Target = $"{now} in {now.Metadata.Namespace}",
            NextStep = advice ?? $"Get-ArgoApplication {now.Metadata.Name} -Namespace {now.Metadata.Namespace} | Format-List",
        };
}
