using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Housekeeping;

/// <summary>Counts for each PodDisruptionBudget the pods that are healthy, those that must be, and how many may be evicted.</summary>
public sealed class DisruptionController(ControllerContext context) : Controller(context)
{
    private static readonly ResourceType[] Owners = [Resources.ReplicaSets, Resources.StatefulSets];

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.PodDisruptionBudgets, Resources.Pods];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.PodDisruptionBudgets)
        {
            if (change.Type != StoreEventType.Deleted) Enqueue(change.Object.Key());
            return;
        }

        foreach (var budget in Store.List(Resources.PodDisruptionBudgets, change.Object.Namespace).Items)
            if (Covers(budget, change.Object)) Enqueue(budget.Key());
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Store.Find(Resources.PodDisruptionBudgets, key.Namespace, key.Name) is not { } budget || budget.Deleting()) return;
        var pods = Store.List(Resources.Pods, key.Namespace).Items.Where(pod => Covers(budget, pod)).ToList();
        var (expected, desired) = Wanted(budget, pods);
        var healthy = pods.Count(pod => pod.Active() && pod.PodReady());
        var allowed = expected > 0 ? Math.Max(0, healthy - desired) : 0;
        var status = budget.CopyStatus();
        status["currentHealthy"] = healthy;
        status["desiredHealthy"] = desired;
        status["disruptionsAllowed"] = allowed;
        status["expectedPods"] = expected;
        status["observedGeneration"] = budget.Generation();
        var (value, reason) = allowed > 0 ? ("True", "SufficientPods") : ("False", "InsufficientPods");
        Conditions.Set(status, "DisruptionAllowed", value, reason, "", Context.Timestamp, updateTime: false);
        Conditions.Find(status, "DisruptionAllowed")!["observedGeneration"] = budget.Generation();
        Store.WriteStatus(budget, status);
    }

    private static bool Covers(StoredObject budget, StoredObject pod) => LabelSelector.Matches(budget.Read.At("spec", "selector"), pod.Labels);

    /// <summary>How many pods there should be, and how many of them must be healthy.</summary>
    private (int Expected, int Desired) Wanted(StoredObject budget, List<StoredObject> pods)
    {
        if (budget.Read.At("spec", "maxUnavailable") is { } most)
        {
            var scale = Scale(pods);
            return (scale, Math.Max(0, scale - IntOrPercent.Resolve(most, scale, roundUp: true, otherwise: 0)));
        }

        var least = budget.Read.At("spec", "minAvailable") ?? 1;
        var expected = least.Number() is null ? Scale(pods) : pods.Count;
        return (expected, IntOrPercent.Resolve(least, expected, roundUp: true, otherwise: 1));
    }

    /// <summary>What the pods' controllers are to run; a pod without one is one.</summary>
    private int Scale(List<StoredObject> pods) => pods.GroupBy(pod => pod.Controller().Text("uid")).Sum(group =>
        group.Key is { } uid && Owners.SelectMany(kind => Store.List(kind, group.First().Namespace).Items).FirstOrDefault(owner => owner.Uid() == uid) is { } owner
            ? owner.Read.Number("spec", "replicas") ?? 1
            : group.Count());
}
