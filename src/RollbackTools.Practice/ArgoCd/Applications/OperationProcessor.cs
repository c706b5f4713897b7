using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Projects;
using RollbackTools.Practice.ArgoCd.Sync;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>
/// Carries out <c>operation</c>, step by step, as <c>processRequestedAppOperation</c> does: a state that is not completed is gone on
/// with, whatever the operation now says; sync windows leave it waiting; what failed is retried as far as it may be.
/// </summary>
internal sealed class OperationProcessor(
    ControllerContext context, ArgoCdOptions options, ProjectFinder projects, Comparer comparer, ObjectApplier applier, ObjectWriter writer,
    Action<ObjectKey> enqueue)
{
    private const string Component = "argocd-application-controller";

    /// <summary>Takes one step. Returns when to take the next if nothing changes; null when it is over.</summary>
    public TimeSpan? Process(ApplicationView application, AppWork work)
    {
        var before = application.OperationState;
        var state = before is not null && !OperationPhases.Completed(before.Text("phase")) ? before.DeepClone().AsObject() : null;
        if (state is null)
        {
            work.ForgetOperation();
            state = new JsonObject
            {
                ["operation"] = application.Operation!.DeepClone(),
                ["phase"] = OperationPhases.Running,
                ["startedAt"] = context.Timestamp,
            };
            Write(application, state);
        }
        else if (state.Text("phase") == OperationPhases.Running && state["finishedAt"] is not null)
        {
            if (Retry(application, work, state) is { } later) return later;
        }

        var terminating = state.Text("phase") == OperationPhases.Terminating;
        SourcePins? synced = null;
        if (projects.Find(application.Project) is not { } project)
            Set(state, OperationPhases.Error, $"Failed to load application project: appproject.argoproj.io \"{application.Project}\" not found");
        else if (!Sync(application, work, project, state, out synced)) return Backstop();

        if (state.Text("phase") is OperationPhases.Failed or OperationPhases.Error) Settle(state, terminating);
        Write(application, state, synced);
        if (!OperationPhases.Completed(state.Text("phase"))) return Backstop();
        work.ForgetOperation();
        if (!state.Flag("operation", "sync", "dryRun")) work.Want(RefreshLevel.Latest);
        return null;
    }

    private TimeSpan Backstop() => context.Tempo.Scaled(30);

    /// <summary>How much longer a failed operation waits; null once it is under way again.</summary>
    private TimeSpan? Retry(ApplicationView application, AppWork work, JsonObject state)
    {
        RetryStrategy retry = new(state.Object("operation", "retry"));
        var retried = state.Number("retryCount") ?? 0;
        var due = state.Time("finishedAt") + context.Tempo.Scaled(retry.Delay(retried).TotalSeconds);
        if (due > context.Now) return due - context.Now;
        if (retry.Refreshes && state.Object("operation", "sync") is { } sync)
        {
            sync.Remove("revision");
            sync.Remove("revisions");
        }

        state["message"] = $"Retrying operation{(retry.Refreshes ? " with latest revisions" : "")}. Attempt #{retried}";
        state.Remove("finishedAt");
        state.Remove("syncResult");
        work.ForgetOperation();
        Write(application, state);
        return null;
    }

    /// <summary>Steps the sync itself; false when nothing is to be written yet.</summary>
    private bool Sync(ApplicationView application, AppWork work, JsonObject project, JsonObject state, out SourcePins? synced)
    {
        synced = null;
        if (state.Object("operation", "sync") is not { } sync)
        {
            Set(state, OperationPhases.Error, "Invalid operation request: no operation specified");
            return true;
        }

        if (state.Object("syncResult") is not { } result) state["syncResult"] = result = NewResult(application, sync);
        if (Blocked(application, project) is { } why)
        {
            // Terminating waits here too, until the window lets it through.
            if (state.Text("phase") == OperationPhases.Running) state["message"] = why;
            return true;
        }

        if (Manifests(application, work, SourcePins.Of(result, application.Json)) is not { } desired) return false;
        if (desired.Error is { } error)
        {
            Set(state, OperationPhases.Error, $"ComparisonError: {error}");
            return true;
        }

        desired.Pins.WriteRevisions(result);
        var request = new SyncRequest(sync);
        SyncResults results = new(result.Items("resources"));
        var comparison = comparer.Compare(application, desired);
        SyncPlan plan = new(context, request);
        var started = state.Time("startedAt") ?? context.Now;
        SyncRun run = new(context, applier, request, results, plan.Tasks(application, comparison, desired.Pins.Revisions[0], started));
        var next = state.Text("phase") == OperationPhases.Terminating ? run.Terminate() : FoundNamespace(application, request) ?? run.Step();
        Set(state, next.Phase, next.Message);
        result["resources"] = results.ToJson();
        if (next.Phase == OperationPhases.Succeeded && !request.DryRun && request.Only.Count == 0) synced = desired.Pins;
        return true;
    }

    private static JsonObject NewResult(ApplicationView application, JsonObject sync)
    {
        JsonObject result = [];
        SourcePins.Of(sync, application.Json).WriteSources(result);
        foreach (var pinned in (string[])["revision", "revisions"])
            if (sync[pinned] is { } value) result[pinned] = value.DeepClone();
        result["revision"] ??= "";
        return result;
    }

    /// <summary>
    /// Why a sync window keeps it from running. Before its state has been written once, an operation counts as automatic, as in Argo CD.
    /// </summary>
    private string? Blocked(ApplicationView application, JsonObject project)
    {
        const string message = "Sync operation blocked by sync window";
        var before = application.OperationState;
        var manual = before is not null && !before.Flag("operation", "initiatedBy", "automated");
        try
        {
            return SyncWindows.Of(project, application.Json).CanSync(manual, context.Now, before.Time("startedAt")) ? null : message;
        }
        catch (FormatException bad)
        {
            return $"{message}: invalid sync windows: {bad.Message}";
        }
    }

    /// <summary>The manifests at what is to be synced; null while they are being rendered.</summary>
    private Desired? Manifests(ApplicationView application, AppWork work, SourcePins wanted)
    {
        if (work.Operation is { } ready && (ready.Wanted.Same(wanted) || ready.Desired.Pins.Same(wanted))) return ready.Desired;
        if (work.OperationWanted?.Same(wanted) == true) return null;
        work.OperationWanted = wanted;
        var key = application.Key;
        context.Errands.Start(async cancellation =>
        {
            var desired = await Desired.RenderAsync(options.Renderer, key, wanted, known: null, cancellation);
            work.Operation = new OperationManifests(wanted, desired);
            enqueue(key);
        });
        return null;
    }

    private SyncState? FoundNamespace(ApplicationView application, SyncRequest request)
    {
        if (!request.CreatesNamespace || request.DryRun || application.DestinationNamespace is not { Length: > 0 } ns) return null;
        if (context.Store.Find(Resources.Namespaces, null, ns) is not null) return null;
        try
        {
            var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ns } };
            writer.Create(Resources.Namespaces, null, body, new WriteOptions("argocd-controller"));
            return null;
        }
        catch (ApiException refused)
        {
            return new SyncState(OperationPhases.Failed, $"namespace auto creation failed: {refused.Message}");
        }
    }

    /// <summary>Failed: for good, or until its next attempt.</summary>
    private void Settle(JsonObject state, bool terminating)
    {
        RetryStrategy retry = new(state.Object("operation", "retry"));
        var retried = state.Number("retryCount") ?? 0;
        if (terminating || !retry.Allows(retried))
        {
            if (retried > 0) state["message"] = $"{state.Text("message")} (retried {retried} times).";
            return;
        }

        try
        {
            var at = context.Now + context.Tempo.Scaled(retry.Delay(retried).TotalSeconds);
            state["message"] = $"{state.Text("message")}. Retrying attempt #{retried + 1} at {at.ToString("h:mmtt", CultureInfo.InvariantCulture)}.";
            state["phase"] = OperationPhases.Running;
            state["finishedAt"] = context.Timestamp;
            state["retryCount"] = retried + 1;
        }
        catch (FormatException bad)
        {
            Set(state, OperationPhases.Error, $"{state.Text("message")} (failed to retry: {bad.Message})");
        }
    }

    private void Write(ApplicationView application, JsonObject state, SourcePins? synced = null)
    {
        var completed = OperationPhases.Completed(state.Text("phase"));
        if (completed) state["finishedAt"] = context.Timestamp;
        context.Store.Update(ArgoResources.Applications, application.Key.Namespace, application.Key.Name, body =>
        {
            // Somebody may have asked to terminate it meanwhile; that is not written over.
            if (state.Text("phase") == OperationPhases.Running && body.Text("status", "operationState", "phase") == OperationPhases.Terminating)
                Set(state, OperationPhases.Terminating, "operation is terminating");
            body.Child("status")["operationState"] = state.DeepClone();
            if (completed) body.Remove("operation");
            if (synced is not null) RevisionHistory.Append(body, synced, state, context.Timestamp);
            return true;
        });
        if (completed) Announce(application, state);
    }

    private void Announce(ApplicationView application, JsonObject state)
    {
        var what = state.Items("operation", "sync", "resources").Any() ? "Partial sync operation" : "Sync operation";
        var to = state.Object("syncResult") is { } result ? $" to {result.Text("revision")}" : "";
        if (state.Text("phase") == OperationPhases.Succeeded)
            context.Events.Normal(application.Stored, Component, "OperationCompleted", $"{what}{to} succeeded");
        else
            context.Events.Warning(application.Stored, Component, "OperationCompleted", $"{what}{to} failed: {state.Text("message")}");
    }

    private static void Set(JsonObject state, string phase, string message) => (state["phase"], state["message"]) = (phase, message);
}
