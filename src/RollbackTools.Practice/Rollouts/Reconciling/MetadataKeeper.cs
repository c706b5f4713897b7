using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Keeps ephemeral metadata where it belongs: first in the ReplicaSets, then on the pods they have.</summary>
internal sealed class MetadataKeeper(ControllerContext context)
{
    public void Reconcile(RolloutRun run)
    {
        var (fresh, stable) = (EphemeralMetadata.OfNew(run.Rollout), EphemeralMetadata.OfStable(run.Rollout));
        if (fresh is null && stable is null) return;
        var done = run.Rollout.StableHash.Length == 0 || run.Rollout.StableHash == run.New?.Hash();
        if (run.New is { } set) Sync(set, done ? stable : fresh);
        if (!done && run.Stable is { } old) Sync(old, stable);
        foreach (var other in run.Others.ToList()) Sync(other, wanted: null);
    }

    private void Sync(ReplicaSetView set, JsonObject? wanted)
    {
        var injected = EphemeralMetadata.Injected(set.Stored.Read);
        set.Stored = context.Store.Update(set.Stored.Type, set.Stored.Namespace, set.Name, body => EphemeralMetadata.Sync(body, wanted), set.Stored.Version)
            ?? set.Stored;
        if (set.Desired == 0) return;
        foreach (var pod in context.Cache.Controlled(Resources.Pods, set.Stored.Uid()))
            context.Store.Update(pod.Type, pod.Namespace, pod.Name, body => EphemeralMetadata.Sync(body.Child("metadata"), injected, wanted));
    }
}
