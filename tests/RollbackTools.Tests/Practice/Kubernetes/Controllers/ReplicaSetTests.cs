using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class ReplicaSetTests
{
    [Fact]
    public async Task Pods_are_owned_named_after_the_set_and_announced()
    {
        await using PracticeStore cluster = new();
        var set = cluster.Store.Create(Resources.ReplicaSets, PracticeStore.Workload("api-7d9f", "registry.example/api:41", 2));
        await cluster.RunAsync(60);

        var pods = cluster.PodsOf(set).ToList();
        Assert.Equal(2, pods.Count);
        Assert.All(pods, pod => Assert.Matches("^api-7d9f-[bcdfghjklmnpqrstvwxz2456789]{5}$", pod.Name));
        Assert.All(pods, pod => Assert.True(pod.Controller().Flag("blockOwnerDeletion")));
        Assert.Equal(pods.Select(pod => $"Created pod: {pod.Name}").Order(), cluster.EventsOf("api-7d9f", "SuccessfulCreate").Order());
        var status = cluster.Get(Resources.ReplicaSets, "api-7d9f").Read["status"]!;
        Assert.Equal((2, 2, 2, 2), ((int)status["replicas"]!, (int)status["fullyLabeledReplicas"]!, (int)status["readyReplicas"]!, (int)status["availableReplicas"]!));
    }

    [Fact]
    public async Task A_deleted_pod_is_replaced()
    {
        await using PracticeStore cluster = new();
        var set = cluster.Store.Create(Resources.ReplicaSets, PracticeStore.Workload("api", "registry.example/api:41", 1));
        await cluster.RunAsync(60);
        var first = cluster.PodsOf(set).Single();
        cluster.Store.Delete(Resources.Pods, PracticeStore.Ns, first.Name, graceSeconds: 30);
        await cluster.RunUntilAsync(() => cluster.PodsOf(set).Any(pod => pod.PodReady() && pod.Name != first.Name) && cluster.PodsOf(set).Count() == 1);
    }

    [Fact]
    public async Task Scaling_down_gives_up_the_pod_that_is_not_ready_then_the_one_ready_for_the_shortest_time()
    {
        await using PracticeStore cluster = new(nodes: 4);
        var set = cluster.Store.Create(Resources.ReplicaSets, PracticeStore.Workload("api", "registry.example/api:41", 2));
        await cluster.RunAsync(60);
        var oldest = cluster.PodsOf(set).Select(pod => pod.Name).ToList();
        Scale(cluster, 3);
        await cluster.RunAsync(60);
        var third = cluster.PodsOf(set).Single(pod => !oldest.Contains(pod.Name)).Name;
        Scale(cluster, 4);
        await cluster.RunAsync(1);
        var fourth = cluster.PodsOf(set).Single(pod => !oldest.Contains(pod.Name) && pod.Name != third).Name;

        Scale(cluster, 3);
        await cluster.SettleAsync();
        Assert.DoesNotContain(fourth, Staying(cluster));
        Assert.Equal(3, Staying(cluster).Count());
        Scale(cluster, 2);
        await cluster.SettleAsync();
        Assert.Equal(oldest.Order(), Staying(cluster).Order());
        Assert.NotEqual(third, fourth);
    }

    [Fact]
    public async Task A_pod_is_available_only_after_min_ready_seconds()
    {
        await using PracticeStore cluster = new();
        var body = PracticeStore.Workload("api", "registry.example/api:41", 1);
        body["spec"]!["minReadySeconds"] = 30;
        cluster.Store.Create(Resources.ReplicaSets, body);
        await cluster.RunUntilAsync(() => cluster.Get(Resources.ReplicaSets, "api").Read.Number("status", "readyReplicas") == 1);
        await cluster.RunAsync(28);
        Assert.Null(cluster.Get(Resources.ReplicaSets, "api").Read.At("status", "availableReplicas"));
        await cluster.RunAsync(3);
        Assert.Equal(1, cluster.Get(Resources.ReplicaSets, "api").Read.Number("status", "availableReplicas"));
    }

    [Fact]
    public async Task A_template_with_finalizers_and_annotations_passes_them_on()
    {
        await using PracticeStore cluster = new();
        var body = PracticeStore.Workload("api", "registry.example/api:41", 1);
        body["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "2026-04-27T02:00:00Z" };
        var set = cluster.Store.Create(Resources.ReplicaSets, body);
        await cluster.SettleAsync();
        Assert.Equal("2026-04-27T02:00:00Z", cluster.PodsOf(set).Single().Annotation("kubectl.kubernetes.io/restartedAt"));
    }

    private static void Scale(PracticeStore cluster, int replicas) =>
        cluster.Change(Resources.ReplicaSets, "api", body => body["spec"]!["replicas"] = replicas);

    private static IEnumerable<string> Staying(PracticeStore cluster) =>
        cluster.List(Resources.Pods).Where(pod => !pod.Deleting()).Select(pod => pod.Name);
}
