using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class DaemonSetTests
{
    [Fact]
    public async Task Every_node_gets_one_pod_and_a_new_node_too()
    {
        await using PracticeStore cluster = new();
        Create(cluster);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        Assert.Equal(["node-1", "node-2", "node-3"], cluster.List(Resources.Pods).Select(pod => (string)pod.Read["spec"]!["nodeName"]!).Order());

        cluster.Store.Create(Resources.Nodes, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "node-4" } });
        await cluster.RunUntilAsync(() => cluster.List(Resources.Pods).Count(pod => pod.PodReady()) == 4);
    }

    [Fact]
    public async Task A_rolling_update_makes_no_more_than_max_unavailable_pods_unavailable()
    {
        await using PracticeStore cluster = new();
        Create(cluster);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.DaemonSets, "log-agent", "registry.example/log-agent:3");
        await cluster.RunUntilAsync(() =>
        {
            Assert.True(cluster.List(Resources.Pods).Count(pod => pod.PodReady() && !pod.Deleting()) >= 2);
            return RolledOut(cluster);
        });
        Assert.Equal(3, cluster.Get(Resources.DaemonSets, "log-agent").Read.Number("status", "updatedNumberScheduled"));
    }

    [Fact]
    public async Task A_bad_update_stops_at_max_unavailable_and_going_back_replaces_the_broken_pod()
    {
        await using PracticeStore cluster = new();
        Create(cluster);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.DaemonSets, "log-agent", "registry.example/log-agent:crash");
        await cluster.RunAsync(300);
        Assert.Equal(2, cluster.Get(Resources.DaemonSets, "log-agent").Read.Number("status", "numberAvailable"));
        Assert.Equal(1, cluster.Get(Resources.DaemonSets, "log-agent").Read.Number("status", "updatedNumberScheduled"));

        cluster.SetImage(Resources.DaemonSets, "log-agent", "registry.example/log-agent:2");
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        Assert.Equal([2, 3], cluster.List(Resources.ControllerRevisions).Select(r => r.Read.Number("revision")!.Value).Order());
    }

    [Fact]
    public async Task With_max_surge_a_new_pod_is_ready_beside_the_old_one_before_that_goes()
    {
        await using PracticeStore cluster = new();
        Create(cluster, spec => spec["updateStrategy"] = new JsonObject
        {
            ["type"] = "RollingUpdate",
            ["rollingUpdate"] = new JsonObject { ["maxSurge"] = 1, ["maxUnavailable"] = 0 },
        });
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.DaemonSets, "log-agent", "registry.example/log-agent:3");
        var most = 0;
        await cluster.RunUntilAsync(() =>
        {
            var pods = cluster.List(Resources.Pods).Where(pod => !pod.Deleting()).ToList();
            Assert.True(pods.Count(pod => pod.PodReady()) >= 3);
            most = Math.Max(most, pods.Count);
            return RolledOut(cluster) && pods.Count == 3;
        });
        Assert.Equal(4, most);
        Assert.Equal(3, cluster.Get(Resources.DaemonSets, "log-agent").Read.Number("status", "updatedNumberScheduled"));
    }

    [Fact]
    public async Task OnDelete_waits_for_the_operator()
    {
        await using PracticeStore cluster = new();
        Create(cluster, spec => spec["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" });
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.DaemonSets, "log-agent", "registry.example/log-agent:3");
        await cluster.RunAsync(60);
        Assert.Null(cluster.Get(Resources.DaemonSets, "log-agent").Read.At("status", "updatedNumberScheduled"));
    }

    [Fact]
    public async Task Revisions_and_pods_carry_the_same_hash()
    {
        await using PracticeStore cluster = new();
        Create(cluster);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        var revision = cluster.List(Resources.ControllerRevisions).Single();
        Assert.All(cluster.List(Resources.Pods), pod => Assert.Equal(revision.Labels["controller-revision-hash"], pod.Revision()));
        Assert.Equal($"log-agent-{revision.Labels["controller-revision-hash"]}", revision.Name);
    }

    [Fact]
    public async Task A_node_selector_that_matches_no_node_schedules_nothing()
    {
        await using PracticeStore cluster = new();
        Create(cluster, spec => spec["template"]!["spec"]!["nodeSelector"] = new JsonObject { ["disk"] = "fast" });
        await cluster.RunAsync(5);
        Assert.Empty(cluster.List(Resources.Pods));
        Assert.Equal(0, cluster.Get(Resources.DaemonSets, "log-agent").Read.Number("status", "desiredNumberScheduled"));
    }

    private static void Create(PracticeStore cluster, Action<JsonObject>? spec = null)
    {
        var body = PracticeStore.Workload("log-agent", "registry.example/log-agent:2", 0);
        body["spec"]!.AsObject().Remove("replicas");
        body["spec"]!["updateStrategy"] = JsonNode.Parse("""{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1}}""");
        spec?.Invoke(body["spec"]!.AsObject());
        cluster.Store.Create(Resources.DaemonSets, body);
    }

    private static bool RolledOut(PracticeStore cluster)
    {
        var set = cluster.Get(Resources.DaemonSets, "log-agent");
        return set.Read.Number("status", "observedGeneration") == set.Generation()
            && set.Read.Number("status", "updatedNumberScheduled") == 3 && set.Read.Number("status", "numberAvailable") == 3;
    }
}
