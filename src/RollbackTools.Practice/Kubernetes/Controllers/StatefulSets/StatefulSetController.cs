using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers.Revisions;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.StatefulSets;

/// <summary>
/// Keeps numbered pods, created and updated one at a time. With OrderedReady every reconciliation ends at the first pod that is
/// not running and ready, before any update step: a template put right does not replace a pod that never became ready.
/// </summary>
public sealed class StatefulSetController : Controller
{
    private readonly RevisionStore revisions;
    private readonly StatefulPods pods;

    public StatefulSetController(ControllerContext context) : base(context)
    {
        revisions = new RevisionStore(context, "controller.kubernetes.io/hash");
        pods = new StatefulPods(context);
    }

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.StatefulSets, Resources.Pods];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.Pods) EnqueueOwner(change.Object, Resources.StatefulSets);
        else if (change.Type != StoreEventType.Deleted) Enqueue(change.Object.Key());
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.StatefulSets, key.Namespace, key.Name) is not { } stored) return;
        StatefulSetView set = new(stored);
        var history = revisions.List(stored);
        var status = stored.CopyStatus();
        var update = revisions.Current(stored, history, count => status["collisionCount"] = count);
        var current = history.Find(revision => revision.Name == set.CurrentRevision) ?? update;
        status["observedGeneration"] = stored.Generation();
        status["currentRevision"] = current.Name;
        status["updateRevision"] = update.Name;
        status["collisionCount"] ??= 0;

        PodRefusedException? refusal = null;
        var owned = Claim(stored, Resources.Pods);
        Count(set, status, owned);
        try
        {
            if (!stored.Deleting()) Step(set, current, update, owned);
        }
        catch (PodRefusedException refused)
        {
            refusal = refused;
        }

        Complete(set, status);
        Store.WriteStatus(stored, status);
        revisions.Truncate(stored, revisions.List(stored), revision =>
            revision.Name == update.Name || revision.Name == status.Text("currentRevision")
            || owned.Exists(pod => pod.Revision() == revision.Name));
        if (refusal is not null) throw refusal;
    }

    private void Step(StatefulSetView set, StoredObject current, StoredObject update, List<StoredObject> owned)
    {
        var replicas = new StoredObject?[set.Replicas];
        List<StoredObject> condemned = [];
        foreach (var pod in owned)
        {
            var index = set.Ordinal(pod) - set.Start;
            if (index >= 0 && index < replicas.Length) replicas[index] = pod;
            else if (set.Ordinal(pod) >= 0) condemned.Add(pod);
        }

        for (var i = 0; i < replicas.Length; i++)
        {
            if (!Settle(set, replicas[i], set.Start + i, current, update) && set.Ordered) return;
        }

        if (!GiveUp(set, condemned, replicas) || set.OnDelete) return;

        // From the highest ordinal down; the next one waits until this one is healthy again.
        for (var i = replicas.Length - 1; i >= Math.Max(0, set.Partition - set.Start); i--)
        {
            if (replicas[i] is not { } pod) return;
            if (pod.Revision() != update.Name && !pod.Deleting())
            {
                pods.Delete(set, pod);
                return;
            }

            if (pod.Deleting() || !Healthy(set, pod)) return;
        }
    }

    /// <summary>Sees that one ordinal has a pod; true when that pod is all right, so that the next may be looked at.</summary>
    private bool Settle(StatefulSetView set, StoredObject? pod, int ordinal, StoredObject current, StoredObject update)
    {
        if (pod is null)
        {
            var revision = TakesCurrent(set, ordinal) ? current : update;
            pods.Create(set, ordinal, RevisionStore.Template(revision) ?? set.Template, revision.Name);
            return false;
        }

        if (pod.Deleting()) return false;
        if (pod.Phase() is "Failed" or "Succeeded")
        {
            Events.Normal(set.Stored, "statefulset-controller", "RecreatingTerminatedPod",
                $"StatefulSet {set.Stored.Namespace}/{set.Name} is recreating terminated Pod {pod.Name}");
            pods.Delete(set, pod);
            return false;
        }

        return Healthy(set, pod);
    }

    /// <summary>Deletes what is beyond spec.replicas, highest first; true when there is nothing (left) to wait for.</summary>
    private bool GiveUp(StatefulSetView set, List<StoredObject> condemned, StoredObject?[] replicas)
    {
        var unhealthy = replicas.Any(pod => pod is null || !Healthy(set, pod));
        foreach (var pod in condemned.OrderByDescending(set.Ordinal))
        {
            if (pod.Deleting())
            {
                if (set.Ordered) return false;
                continue;
            }

            if (set.Ordered && unhealthy) return false;
            pods.Delete(set, pod);
            if (set.Ordered) return false;
        }

        return true;
    }

    private bool Healthy(StatefulSetView set, StoredObject pod)
    {
        if (!pod.RunningAndReady() || pod.Deleting()) return false;
        if (pod.Available(Context.Tempo.Scaled(set.MinReadySeconds), Context.Now, out var wait)) return true;
        EnqueueAfter(set.Stored.Key(), wait + TimeSpan.FromMilliseconds(1));
        return false;
    }

    private static bool TakesCurrent(StatefulSetView set, int ordinal)
    {
        if (set.OnDelete) return false;
        if (set.HasRollingUpdate) return ordinal < set.Start + set.Partition;
        return ordinal < set.Start + (set.Stored.Read.Number("status", "currentReplicas") ?? 0);
    }

    private void Count(StatefulSetView set, JsonObject status, List<StoredObject> owned)
    {
        int ready = 0, available = 0, current = 0, updated = 0;
        foreach (var pod in owned)
        {
            if (pod.RunningAndReady())
            {
                ready++;
                if (pod.Available(Context.Tempo.Scaled(set.MinReadySeconds), Context.Now, out _)) available++;
            }

            if (pod.Deleting()) continue;
            if (pod.Revision() == status.Text("currentRevision")) current++;
            if (pod.Revision() == status.Text("updateRevision")) updated++;
        }

        status["replicas"] = owned.Count;
        status.Count("readyReplicas", ready).Count("currentReplicas", current).Count("updatedReplicas", updated);
        status["availableReplicas"] = available;
    }

    /// <summary>When every pod runs the update revision and is ready, it becomes the current one.</summary>
    private static void Complete(StatefulSetView set, JsonObject status)
    {
        var updated = status.Number("updatedReplicas") ?? 0;
        if (set.OnDelete || updated != set.Replicas || status.Number("replicas") != updated || (status.Number("readyReplicas") ?? 0) != updated) return;
        status.Count("currentReplicas", updated);
        status["currentRevision"] = status.Text("updateRevision");
    }
}
