using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Deployments;

/// <summary>Resizes a Deployment's ReplicaSets and says so.</summary>
internal sealed class ReplicaSetScaler(ObjectStore store, EventRecorder events)
{
    /// <summary>Scales one ReplicaSet; returns whether its size changed. Its size annotations are brought up to date either way.</summary>
    public bool Scale(DeploymentView deployment, ReplicaSetView set, int size)
    {
        var former = set.Desired;
        var written = store.Update(set.Stored.Type, set.Stored.Namespace, set.Name, body =>
        {
            var changed = RevisionAnnotations.SetSizes(body, deployment.Replicas, deployment.Replicas + deployment.MaxSurge);
            if (former == size) return changed;
            body.Child("spec")["replicas"] = size;
            return true;
        }, set.Stored.Version);
        if (written is null) return false;

        set.Stored = written;
        if (former == size) return false;
        var direction = size > former ? "up" : "down";
        events.Normal(deployment.Stored, DeploymentController.Component, "ScalingReplicaSet",
            $"Scaled {direction} replica set {set.Name} from {former} to {size}");
        return true;
    }

    /// <summary>
    /// After spec.replicas changed: the one active ReplicaSet gets the new size; in the middle of a rollout each active one gets
    /// its share, the largest what is left over.
    /// </summary>
    public void ScaleProportionally(Rollout rollout)
    {
        var deployment = rollout.Deployment;
        if (ActiveOrLatest(rollout) is { } only)
        {
            if (only.Desired != deployment.Replicas) Scale(deployment, only, deployment.Replicas);
            return;
        }

        if (Saturated(deployment, rollout.New))
        {
            foreach (var old in rollout.Old.Where(set => set.Desired > 0)) Scale(deployment, old, 0);
            return;
        }

        if (deployment.Recreate) return;

        List<ReplicaSetView> active = [.. rollout.Active];
        var allowed = deployment.Replicas > 0 ? deployment.Replicas + deployment.MaxSurge : 0;
        var toAdd = allowed - active.Sum(set => set.Desired);

        // Growing prefers the newer of two equals, shrinking the older.
        active.Sort((a, b) => a.Desired != b.Desired ? b.Desired.CompareTo(a.Desired)
            : toAdd > 0 ? ClusterCache.OldestFirst(b.Stored, a.Stored) : ClusterCache.OldestFirst(a.Stored, b.Stored));
        var sizes = active.ConvertAll(set => set.Desired);
        var added = 0;
        for (var i = 0; i < active.Count && toAdd != 0; i++)
        {
            var share = Share(deployment, active[i], toAdd, added);
            sizes[i] += share;
            added += share;
        }

        sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        for (var i = 0; i < active.Count; i++) Scale(deployment, active[i], sizes[i]);
    }

    private static ReplicaSetView? ActiveOrLatest(Rollout rollout)
    {
        List<ReplicaSetView> active = [.. rollout.Active];
        return active.Count switch
        {
            0 => rollout.New ?? rollout.Old.LastOrDefault(),
            1 => active[0],
            _ => null,
        };
    }

    private static bool Saturated(DeploymentView deployment, ReplicaSetView? set) => set is not null
        && set.Desired == deployment.Replicas
        && RevisionAnnotations.Size(set.Stored, RevisionAnnotations.DesiredReplicas) == deployment.Replicas
        && set.Available == deployment.Replicas;

    private static int Share(DeploymentView deployment, ReplicaSetView set, int toAdd, int added)
    {
        if (set.Desired == 0 || toAdd == added) return 0;
        var allowed = toAdd - added;
        var share = Fraction(deployment, set);
        return toAdd > 0 ? Math.Min(share, allowed) : Math.Max(share, allowed);
    }

    private static int Fraction(DeploymentView deployment, ReplicaSetView set)
    {
        if (deployment.Replicas == 0) return -set.Desired;
        var before = RevisionAnnotations.Size(set.Stored, RevisionAnnotations.MaxReplicas) ?? 0;
        if (before == 0) before = deployment.Stored.Read.Number("status", "replicas") ?? 0;
        if (before == 0) return 0;
        var size = set.Desired * (double)(deployment.Replicas + deployment.MaxSurge) / before;
        return (int)Math.Round(size, MidpointRounding.AwayFromZero) - set.Desired;
    }
}
