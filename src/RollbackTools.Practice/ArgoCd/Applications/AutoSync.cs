using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Sync;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>
/// <c>spec.syncPolicy.automated</c>: syncs what is out of sync, once per commit and source; again and again only to heal itself, ever
/// further apart. A failed commit is not tried twice.
/// </summary>
internal sealed class AutoSync(ControllerContext context, Action<ObjectKey> enqueue)
{
    private const int DefaultRetries = 5;
    private static readonly TimeSpan FirstHeal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastHeal = TimeSpan.FromSeconds(300);

    /// <summary>Starts a sync if it is time for one; returns the message of the <c>SyncError</c> condition, or null.</summary>
    public string? Start(ApplicationView application, Comparison comparison, AppWork work)
    {
        if (!application.IsAutomated || application.Operation is not null || application.Stored.Deleting() || comparison.InSync) return null;
        var automated = application.Automated;
        var prune = automated.Flag("prune");
        if (!prune && comparison.Resources.All(one => one.InSync || one.RequiresPruning)) return null;

        var pins = comparison.Pins;
        var revisions = $"[{string.Join(' ', pins.Revisions)}]";
        JsonObject sync = [];
        pins.WriteSources(sync);
        pins.WriteRevisions(sync);
        if (prune) sync["prune"] = true;
        if (application.Json["spec"]?["syncPolicy"]?["syncOptions"] is { } syncOptions) sync["syncOptions"] = syncOptions.DeepClone();

        if (AlreadyAttempted(application, pins))
        {
            var last = application.OperationState;
            if (last.Text("phase") != OperationPhases.Succeeded)
                return $"Failed last sync attempt to {revisions}: {last.Text("message")}";
            if (!automated.Flag("selfHeal")) return null;
            var attempts = last.Number("operation", "sync", "autoHealAttemptsCount") ?? 0;
            if (Backoff(last!, attempts) is var left && left > TimeSpan.Zero)
            {
                HealLater(application.Key, work, left);
                return null;
            }

            sync["autoHealAttemptsCount"] = attempts + 1;
            sync["resources"] = new JsonArray([.. comparison.Resources.Where(one => !one.InSync).Select(one =>
            {
                JsonObject resource = new() { ["kind"] = one.Id.Kind, ["name"] = one.Id.Name };
                if (one.Id.Group.Length > 0) resource["group"] = one.Id.Group;
                return resource;
            })]);
        }

        if (prune && !automated.Flag("allowEmpty") && comparison.Resources.All(one => one.RequiresPruning))
            return $"Skipping sync attempt to {revisions}: auto-sync will wipe out all resources";

        JsonObject operation = new()
        {
            ["initiatedBy"] = new JsonObject { ["automated"] = true },
            ["retry"] = application.Json["spec"]?["syncPolicy"]?["retry"]?.DeepClone() ?? new JsonObject { ["limit"] = DefaultRetries },
            ["sync"] = sync,
        };
        if (!AppOperation.TrySet(context.Store, application.Stored, operation)) return null;
        context.Events.Normal(application.Stored, "argocd-application-controller", "OperationStarted",
            $"Initiated automated sync to '{string.Join(", ", pins.Revisions)}'");
        return null;
    }

    /// <summary>Whether the last operation was to exactly these commits of these sources.</summary>
    private static bool AlreadyAttempted(ApplicationView application, SourcePins pins)
    {
        if (application.OperationState is not { } state) return false;
        if (state.Object("syncResult") is not { } result) return OperationPhases.Completed(state.Text("phase"));
        return SourcePins.Of(result, application.Json).Same(pins);
    }

    private void HealLater(ObjectKey application, AppWork work, TimeSpan delay)
    {
        if (work.HealPending) return;
        work.HealPending = true;
        context.Agenda.In(delay, () =>
        {
            work.HealPending = false;
            work.Want(RefreshLevel.Latest);
            enqueue(application);
        });
    }

    private TimeSpan Backoff(JsonObject last, int attempts)
    {
        if (attempts == 0) return TimeSpan.Zero;
        var delay = Math.Min(FirstHeal.TotalSeconds * Math.Pow(3, attempts - 1), LastHeal.TotalSeconds);
        return context.Tempo.Scaled(delay) - (context.Now - (last.Time("finishedAt") ?? context.Now));
    }
}
