using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

/// <summary>Keeps spec.replicas pods of one template alive, and counts them.</summary>
public sealed class ReplicaSetController(ControllerContext context) : Controller(context)
{
    private const string Component = "replicaset-controller";

    // As many as one reconciliation of the real controller creates or deletes.
    private const int Burst = 500;

    private readonly PodFactory factory = new(context);

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.ReplicaSets, Resources.Pods];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.Pods) EnqueueOwner(change.Object, Resources.ReplicaSets);
        else if (change.Type != StoreEventType.Deleted) Enqueue(change.Object.Key());
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.ReplicaSets, key.Namespace, key.Name) is not { } set) return;
        var pods = Claim(set, Resources.Pods);
        List<StoredObject> active = [.. pods.Where(pod => pod.Active())];
        PodRefusedException? refusal = null;
        if (!set.Deleting()) refusal = Scale(set, active);

        // The pods just made or marked are counted when the watch shows them, as everywhere.
        WriteStatus(set, active, pods.Count(pod => pod.Deleting()), refusal);
        if (refusal is not null) throw refusal;
    }

    private PodRefusedException? Scale(StoredObject set, List<StoredObject> active)
    {
        var desired = set.Read.Number("spec", "replicas") ?? 1;
        if (active.Count > desired)
        {
            foreach (var pod in DeletionOrder.Choose(active, Math.Min(active.Count - desired, Burst)))
            {
                Store.DeletePod(pod);
                Events.Normal(set, Component, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
            }
        }

        for (var missing = Math.Min(desired - active.Count, Burst); missing > 0; missing--)
        {
            try
            {
                Create(set);
            }
            catch (PodRefusedException refusal)
            {
                Events.Warning(set, Component, "FailedCreate", $"Error creating: {refusal.Message}");
                return refusal;
            }
        }

        return null;
    }

    private void Create(StoredObject set)
    {
        var prefix = set.Name + "-";
        var pod = PodFactory.FromTemplate(set.Read.Object("spec", "template") ?? [], set);
        pod.Child("metadata")["generateName"] = prefix;
        StoredObject? created = null;
        while (created is null)
        {
            pod.Child("metadata")["name"] = factory.Name(prefix);
            if (Store.Find(Resources.Pods, set.Namespace, pod.Text("metadata", "name")!) is null) created = factory.Create(pod);
        }

        Events.Normal(set, Component, "SuccessfulCreate", $"Created pod: {created.Name}");
    }

    private void WriteStatus(StoredObject set, List<StoredObject> active, int terminating, PodRefusedException? refusal)
    {
        var minReady = Context.Tempo.Scaled(set.Read.Number("spec", "minReadySeconds") ?? 0);
        var wanted = set.Read.Object("spec", "template", "metadata", "labels");
        int labelled = 0, ready = 0, available = 0;
        var soonest = TimeSpan.MaxValue;
        foreach (var pod in active)
        {
            if (LabelSelector.MatchesMap(wanted, pod.Labels)) labelled++;
            if (!pod.PodReady()) continue;
            ready++;
            if (pod.Available(minReady, Context.Now, out var wait)) available++;
            else if (wait > TimeSpan.Zero && wait < soonest) soonest = wait;
        }

        var status = set.CopyStatus();
        status["replicas"] = active.Count;
        status.Count("fullyLabeledReplicas", labelled).Count("readyReplicas", ready).Count("availableReplicas", available)
            .Count("terminatingReplicas", terminating).Count("observedGeneration", set.Generation());
        if (refusal is null) Conditions.Remove(status, "ReplicaFailure");
        else if (Conditions.Find(status, "ReplicaFailure") is null)
            Conditions.Set(status, "ReplicaFailure", "True", "FailedCreate", refusal.Message, Context.Timestamp, updateTime: false);

        Store.WriteStatus(set, status);
        if (soonest < TimeSpan.MaxValue) EnqueueAfter(set.Key(), soonest + TimeSpan.FromMilliseconds(1));
    }
}
