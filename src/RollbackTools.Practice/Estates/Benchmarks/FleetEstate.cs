using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Defaulting;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Estates.Benchmarks;

/// <summary>
/// So many settled Deployments of so many pods in one namespace, each with an older good revision to go back to. Named
/// <c>app-0000</c>, <c>app-0001</c>, …, all with the label <c>fleet=benchmark</c>.
/// </summary>
public sealed class FleetEstate(int deployments, int podsEach, int revisions = 2) : Estate
{
    public override string Name => "fleet";

    public override string Namespace => "fleet";

    public override int Nodes => Math.Max(3, deployments * podsEach / 100);

    public static string DeploymentName(int index) => $"app-{index:0000}";

    public override void Seed(ObjectStore store)
    {
        JsonObject space = new() { ["metadata"] = new JsonObject { ["name"] = Namespace } };
        Defaults.Apply(Resources.Namespaces, space);
        store.Create(Resources.Namespaces, space);
        var nodes = store.List(Resources.Nodes).Items.Select(node => node.Name).ToList();
        SettledWorkloads workloads = new(store, Namespace, TimeProvider.System.GetUtcNow());
        for (var i = 0; i < deployments; i++) workloads.Add(DeploymentName(i), podsEach, revisions, nodes);
    }
}
