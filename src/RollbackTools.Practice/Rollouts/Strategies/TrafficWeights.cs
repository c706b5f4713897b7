using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Reconciling;

namespace RollbackTools.Practice.Rollouts.Strategies;

/// <summary>The weights set on a traffic router, as the status records them.</summary>
internal sealed class TrafficWeights(ControllerContext context)
{
    public void Reconcile(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (!rollout.TrafficRouted) return;
        var before = rollout.Status.Object("canary", "weights");
        var weight = Wanted(run, before);
        var stableShare = (rollout.MaxWeight - weight) * rollout.Replicas / rollout.MaxWeight;
        if (run.Stable is not { } stable || stable.Available < stableShare)
        {
            if (before is not null) run.Status.Child("canary")["weights"] = before.DeepClone();
            return;
        }

        JsonObject weights = new()
        {
            ["canary"] = Destination(weight, run.New?.Hash(), rollout.Canary.Text("canaryService")),
            ["stable"] = Destination(rollout.MaxWeight - weight, stable.Hash(), rollout.Canary.Text("stableService")),
        };
        run.Status.Child("canary")["weights"] = weights;
        if (JsonNode.DeepEquals(before, weights)) return;
        var former = before.Number("canary", "weight");
        var text = former is null ? $"to {weight}" : former == weight ? "" : $"from {former} to {weight}";
        context.Events.Normal(rollout.Stored, RolloutNames.Component, "TrafficWeightUpdated", $"Traffic weight updated {text}".TrimEnd());
    }

    private static int Wanted(RolloutRun run, JsonObject? before)
    {
        var rollout = run.Rollout;
        if (rollout.FullyPromoted || run.Aborted || run.New is not { Available: > 0 } set) return 0;
        if (rollout.PromoteFull)
            return rollout.DynamicStableScale ? rollout.MaxWeight * set.Available / rollout.Replicas : before.Number("canary", "weight") ?? 0;
        if (CanaryCounts.Reached(run)) return rollout.SetWeight();

        // Not ready for the next weight: the one before stays.
        return rollout.Steps.Take(rollout.StepIndex ?? 0).LastOrDefault(step => step.SetWeight is not null)?.SetWeight ?? 0;
    }

    private static JsonObject Destination(int weight, string? hash, string? service)
    {
        JsonObject destination = new() { ["weight"] = weight };
        if (service is { Length: > 0 }) destination["serviceName"] = service;
        if (hash is { Length: > 0 }) destination["podTemplateHash"] = hash;
        return destination;
    }
}
