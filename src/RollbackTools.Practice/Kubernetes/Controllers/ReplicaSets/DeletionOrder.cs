using System.Globalization;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;

/// <summary>
/// Which pods a ReplicaSet gives up first: those without a node, then pending, not ready, cheap to delete, doubled up on a
/// node, ready for a shorter time, restarted more often, newer.
/// </summary>
internal static class DeletionOrder
{
    private const string Cost = "controller.kubernetes.io/pod-deletion-cost";

    public static IEnumerable<StoredObject> Choose(IReadOnlyList<StoredObject> pods, int count)
    {
        if (count >= pods.Count) return pods;
        var crowd = pods.Where(pod => pod.Scheduled()).GroupBy(Node).ToDictionary(node => node.Key, node => node.Count());
        return pods
            .OrderBy(pod => pod.Scheduled())
            .ThenBy(pod => pod.Phase() switch { "Pending" => 0, "Unknown" => 1, _ => 2 })
            .ThenBy(pod => pod.PodReady())
            .ThenBy(DeletionCost)
            .ThenByDescending(pod => pod.Scheduled() ? crowd[Node(pod)] : 0)
            .ThenByDescending(pod => pod.Condition("Ready").Text("lastTransitionTime") ?? "", StringComparer.Ordinal)
            .ThenByDescending(pod => pod.Restarts())
            .ThenByDescending(pod => pod.Created(), StringComparer.Ordinal)
            .ThenByDescending(pod => pod.Version)
            .Take(count);
    }

    private static string Node(StoredObject pod) => pod.Read.Text("spec", "nodeName") ?? "";

    private static int DeletionCost(StoredObject pod) =>
        int.TryParse(pod.Annotation(Cost), CultureInfo.InvariantCulture, out var cost) ? cost : 0;
}
