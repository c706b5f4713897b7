using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Sync;

/// <summary>How an operation stands after a step.</summary>
internal sealed record SyncState(string Phase, string Message);

/// <summary>
/// One step of a sync, as <c>gitops-engine/pkg/sync</c> takes it: dry-run everything once, then phase by phase and wave by wave,
/// waiting for hooks to end and for objects to be healthy where something comes after them.
/// </summary>
internal sealed class SyncRun(ControllerContext context, ObjectApplier applier, SyncRequest request, SyncResults results, List<SyncTask> tasks)
{
    public SyncState Step()
    {
        foreach (var task in tasks) results.Recall(task);
        foreach (var task in tasks.Where(task => task.Type is null))
            results.Set(task, "SyncFailed", "", $"The Kubernetes API could not find {task.Id.Group}/{task.Id.Kind} for requested resource " +
                $"{task.Id.Namespace}/{task.Id.Name}. Make sure the \"{task.Id.Kind}\" CRD is installed on the destination cluster.");
        if (tasks.Exists(task => task.Type is null))
            return new SyncState(OperationPhases.Failed, $"one or more synchronization tasks are not valid: {string.Join("; ", results.Failures)}");

        var considered = request.OnlyOutOfSync ? tasks.Where(task => task.IsHook || !task.InSync).ToList() : tasks;
        if (!results.Any && !RunAll(considered.Where(task => !Founded(task)), dryRun: true))
            return new SyncState(OperationPhases.Failed, "one or more objects failed to apply (dry run)");

        Look();
        var multiStep = tasks.Count > 0 && tasks.Exists(task => task.Phase != tasks[0].Phase || task.Wave != tasks[0].Wave);
        if (tasks.Where(task => (multiStep || task.IsHook) && task.Running).ToList() is { Count: > 0 } running)
        {
            foreach (var lost in running.Where(task => task.Live is null))
                results.Set(lost, "SyncFailed", OperationPhases.Error,
                    $"Resource {lost.Id.Group}/{lost.Id.Kind}/{lost.Id.Name} is missing, it might have been deleted");
            return Waiting(running, deletion: false);
        }

        if (tasks.Where(task => task.Status == "Pruned" && task.Live?.Deleting() == true).ToList() is { Count: > 0 } going)
            return Waiting(going, deletion: true);

        var onFailure = tasks.Where(task => task.Phase == SyncPhase.SyncFail).ToList();
        if (tasks.Exists(task => task.Phase != SyncPhase.SyncFail && task.Unsuccessful))
            return Fail(onFailure, "one or more synchronization tasks completed unsuccessfully");

        var next = considered.Where(task => task.Phase != SyncPhase.SyncFail && task.Pending).ToList();
        if (next.Count == 0)
        {
            DeleteHooks("HookSucceeded");
            return new SyncState(OperationPhases.Succeeded, "successfully synced (no more tasks)");
        }

        return Run(next, onFailure);
    }

    /// <summary>Ends what is running.</summary>
    public SyncState Terminate()
    {
        foreach (var task in tasks) results.Recall(task);
        foreach (var hook in tasks.Where(task => task.IsHook && task.Running))
        {
            var (state, message) = hook.Live is null ? (OperationPhases.Succeeded, "Terminated") : StateOf(hook);
            if (hook.Live is { } live && state == OperationPhases.Running) applier.Delete(live);
            if (state == OperationPhases.Running) (state, message) = (OperationPhases.Failed, "Terminated");
            results.Set(hook, hook.Status, state, message);
        }

        return new SyncState(OperationPhases.Failed, "Operation terminated");
    }

    private SyncState Run(List<SyncTask> next, List<SyncTask> onFailure)
    {
        var step = next.Where(task => task.Phase == next[0].Phase && task.Wave == next[0].Wave).ToList();

        // A hook of an earlier sync makes room first.
        var inTheWay = step.Where(task => task.Live is not null && task.HasDeletePolicy("BeforeHookCreation")).ToList();
        if (inTheWay.Count > 0 && !request.DryRun)
        {
            foreach (var hook in inTheWay) applier.Delete(hook.Live!);
            foreach (var hook in inTheWay) hook.Live = context.Store.Find(hook.Type!, hook.Id.Namespace, hook.Id.Name);
            if (inTheWay.Where(hook => hook.Live is not null).ToList() is { Count: > 0 } left) return Waiting(left, deletion: true);
        }

        if (!RunAll(step, request.DryRun))
        {
            var hooks = step.Where(task => task.Running && task.IsHook).ToList();
            return hooks.Count > 0 ? Waiting(hooks, deletion: false) : Fail(onFailure, "one or more objects failed to apply");
        }

        if (step.Count < next.Count || step.Exists(task => task.IsHook && !task.Completed)) return Waiting(step, deletion: false);
        DeleteHooks("HookSucceeded");
        return new SyncState(OperationPhases.Succeeded, "successfully synced (all tasks run)");
    }

    /// <summary>Prunes, then applies; false when something failed. A rehearsal leaves no results but failures.</summary>
    private bool RunAll(IEnumerable<SyncTask> some, bool dryRun)
    {
        var good = true;
        foreach (var task in some.OrderBy(task => !task.Prunes))
        {
            var (status, message) = task.Prunes ? applier.Prune(task, request, dryRun) : applier.Apply(task, request.Replaces, dryRun);
            if (status == "SyncFailed") good = false;
            if (dryRun && !request.DryRun && status != "SyncFailed") continue;
            var state = status switch
            {
                "SyncFailed" => OperationPhases.Failed,
                "Synced" when !dryRun => OperationPhases.Running,
                _ => OperationPhases.Succeeded,
            };
            results.Set(task, status, state, message);
        }

        return good;
    }

    /// <summary>Objects in a namespace that this very sync creates cannot be rehearsed.</summary>
    private bool Founded(SyncTask task) => task.Id.Namespace is { } ns
        && tasks.Exists(other => other.Id is { Kind: "Namespace", Group: "" } && other.Live is null && other.Id.Name == ns);

    private void Look()
    {
        foreach (var task in tasks.Where(task => task.Running && task.Live is not null))
        {
            var (state, message) = StateOf(task);
            if (task.IsHook || state != OperationPhases.Running) results.Set(task, task.Status, state, message);
        }
    }

    /// <summary>How far an applied object is, by its health; what has none is done.</summary>
    private static (string State, string Message) StateOf(SyncTask task) => ResourceHealth.Of(task.Live!) switch
    {
        null => (OperationPhases.Succeeded, task.IsHook ? $"{task.Id.Name} created" : task.Message),
        { Status: Health.Healthy } health => (OperationPhases.Succeeded, health.Message ?? ""),
        { Status: Health.Degraded or Health.Unknown } health => (OperationPhases.Failed, health.Message ?? ""),
        { } health => (OperationPhases.Running, health.Message ?? ""),
    };

    private SyncState Fail(List<SyncTask> onFailure, string message)
    {
        var reasons = tasks.Where(task => task.Phase != SyncPhase.SyncFail && task.Status == "SyncFailed").Select(task => task.Message).ToList();
        if (reasons.Count > 0) message = $"{message}, reason: {string.Join(",", reasons)}";
        if (onFailure.Where(task => task.Pending).ToList() is { Count: > 0 } pending)
        {
            RunAll(pending, request.DryRun);
            if (!request.DryRun) return Waiting(pending, deletion: false);
        }

        DeleteHooks("HookFailed");
        return new SyncState(OperationPhases.Failed, message);
    }

    private void DeleteHooks(string policy)
    {
        if (request.DryRun) return;
        foreach (var hook in tasks.Where(task => task.Completed && task.Live is not null && task.HasDeletePolicy(policy))) applier.Delete(hook.Live!);
    }

    private static SyncState Waiting(List<SyncTask> some, bool deletion)
    {
        var first = some.Find(task => task.IsHook) ?? some[0];
        var hooks = some.Exists(task => task.IsHook);
        var what = (deletion, hooks) switch
        {
            (true, true) => "deletion of hook",
            (true, false) => "deletion of",
            (false, true) => "completion of hook",
            _ => "healthy state of",
        };
        var message = $"waiting for {what} {first.Id.Group}/{first.Id.Kind}/{first.Id.Name}";
        if (some.Count > 1) message += $" and {some.Count - 1} more {(some.TrueForAll(task => task.IsHook) ? "hooks" : "resources")}";
        return new SyncState(OperationPhases.Running, message);
    }
}
