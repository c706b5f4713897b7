using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>Picks the node with the fewest pods among those a pod may run on.</summary>
internal sealed class NodeScheduler(ObjectStore store)
{
    private readonly Dictionary<string, int> load = [];

    /// <summary>The node, or why there is none in the scheduler's words.</summary>
    public (StoredObject? Node, string Why) Choose(StoredObject pod)
    {
        var nodes = store.List(Resources.Nodes).Items;
        var selector = pod.Read.Object("spec", "nodeSelector");
        var named = pod.AffinityNode();
        var open = nodes.Where(node => !node.Read.Flag("spec", "unschedulable") || named is not null).ToList();
        var fitting = open.Where(node => LabelSelector.MatchesMap(selector, node.Labels) && (named is null || node.Name == named)).ToList();
        if (fitting.Count > 0) return (fitting.OrderBy(node => load.GetValueOrDefault(node.Name)).First(), "");

        List<string> reasons = [];
        if (nodes.Length - open.Count is var closed and > 0) reasons.Add($"{closed} node(s) were unschedulable");
        if (open.Count > 0) reasons.Add($"{open.Count} node(s) didn't match Pod's node affinity/selector");
        if (nodes.Length == 0) reasons.Add("no nodes available to schedule pods");
        return (null, $"0/{nodes.Length} nodes are available: {string.Join(", ", reasons)}.");
    }

    public void Occupy(string node) => load[node] = load.GetValueOrDefault(node) + 1;

    public void Release(string node) => load[node] = Math.Max(0, load.GetValueOrDefault(node) - 1);
}
