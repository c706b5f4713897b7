using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Resizes a Rollout's ReplicaSets, and lets them outlive their part for a while.</summary>
internal sealed class RolloutScaler(ControllerContext context)
{
    /// <summary>Scales one ReplicaSet; returns whether its size changed. What it is told of the Rollout's size is brought up to date either way.</summary>
    public bool Scale(RolloutRun run, ReplicaSetView set, int size)
    {
        var former = set.Desired;
        var wanted = Numbers.Text(run.Rollout.Replicas);
        if (former == size && set.Stored.Annotation(RolloutNames.DesiredReplicas) == wanted) return false;
        Write(set, body =>
        {
            body.Child("spec")["replicas"] = size;
            var annotations = body.Child("metadata").Child("annotations");
            annotations[RolloutNames.DesiredReplicas] = wanted;
            if (size == 0 && !OutlivesAbort(run)) annotations.Remove(RolloutNames.ScaleDownDeadline);
        });
        if (former == size) return false;
        context.Events.Normal(run.Rollout.Stored, RolloutNames.Component, "ScalingReplicaSet",
            $"Scaled {(size > former ? "up" : "down")} ReplicaSet {set.Name} (revision {set.Revision()}) from {former} to {size}");
        return true;
    }

    /// <summary>Says until when a ReplicaSet stays. Whole seconds, rounded up: what is written is what holds.</summary>
    public void SetDeadline(ReplicaSetView set, int seconds)
    {
        if (seconds == 0)
        {
            RemoveDeadline(set);
            return;
        }

        var end = context.Now + context.Tempo.Scaled(seconds) + TimeSpan.FromTicks(TimeSpan.TicksPerSecond - 1);
        Write(set, body => body.Child("metadata").Child("annotations")[RolloutNames.ScaleDownDeadline] = ObjectStore.Timestamp(end));
    }

    public void RemoveDeadline(ReplicaSetView set)
    {
        if (set.Stored.Annotation(RolloutNames.ScaleDownDeadline) is null) return;
        Write(set, body => body.Object("metadata", "annotations")?.Remove(RolloutNames.ScaleDownDeadline));
    }

    /// <summary>The new and the stable ReplicaSet stay: one may have been on its way out when somebody went back to it.</summary>
    public void RemoveDeadlines(RolloutRun run)
    {
        if (run.New is not null && !OutlivesAbort(run)) RemoveDeadline(run.New);
        if (run.Stable is not null && run.Stable != run.New) RemoveDeadline(run.Stable);
    }

    /// <summary>Whether a canary or preview stays for a while after its abort.</summary>
    public static bool OutlivesAbort(RolloutRun run)
    {
        var rollout = run.Rollout;
        if (!run.Aborted || run.Stable is null || rollout.AbortScaleDownDelay is null) return false;
        if (rollout.Canary is not null && !rollout.TrafficRouted) return false;
        return !rollout.DynamicStableScale || rollout.Canary.Number("abortScaleDownDelaySeconds") is not null;
    }

    private void Write(ReplicaSetView set, Action<JsonObject> change) =>
        set.Stored = context.Store.Update(set.Stored.Type, set.Stored.Namespace, set.Name, body =>
        {
            change(body);
            return true;
        }, set.Stored.Version) ?? set.Stored;
}
