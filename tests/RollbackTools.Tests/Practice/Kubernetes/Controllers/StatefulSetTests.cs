using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class StatefulSetTests
{
    private const string Good = "registry.example/search:7";
    private const string Bad = "registry.example/search:8-crash";

    [Fact]
    public async Task Ordered_pods_come_up_one_after_the_other()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 3);
        await cluster.RunUntilAsync(() =>
        {
            var pods = cluster.List(Resources.Pods);
            Assert.True(pods.Count(pod => !pod.PodReady()) <= 1, "two pods on their way at once");
            return Ready(cluster) == 3;
        });
        Assert.Equal(["search-0", "search-1", "search-2"], cluster.List(Resources.Pods).Select(pod => pod.Name));
        Assert.Equal("2", cluster.Get(Resources.Pods, "search-2").Labels["apps.kubernetes.io/pod-index"]);
        Assert.Contains("create Pod search-0 in StatefulSet search successful", cluster.EventsOf("search", "SuccessfulCreate"));
    }

    [Fact]
    public async Task Parallel_pods_come_up_together()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 3, spec => spec["podManagementPolicy"] = "Parallel");
        await cluster.SettleAsync();
        Assert.Equal(3, cluster.List(Resources.Pods).Count);
    }

    [Fact]
    public async Task A_rolling_update_goes_from_the_highest_ordinal_down_and_ends_with_current_equal_to_update()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 3);
        await cluster.RunUntilAsync(() => Ready(cluster) == 3);
        var from = cluster.Store.Version;
        cluster.SetImage(Resources.StatefulSets, "search", "registry.example/search:8");
        await cluster.RunUntilAsync(() => RolledOut(cluster));

        List<string> replaced = [];
        var end = cluster.Get(Resources.StatefulSets, "search").Version;
        await foreach (var change in cluster.Store.Watch(null, from, TestContext.Current.CancellationToken))
        {
            if (change.Type == StoreEventType.Deleted && change.Object.Type == Resources.Pods) replaced.Add(change.Object.Name);
            if (change.Object.Version == end) break;
        }

        Assert.Equal(["search-2", "search-1", "search-0"], replaced);
        var status = cluster.Get(Resources.StatefulSets, "search").Read["status"]!;
        Assert.Equal((string?)status["updateRevision"], (string?)status["currentRevision"]);
        Assert.Equal(3, (int)status["currentReplicas"]!);
    }

    [Fact]
    public async Task Reverting_the_template_never_replaces_a_pod_that_is_not_ready_until_it_is_deleted_by_hand()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 3);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.StatefulSets, "search", Bad);
        await cluster.RunAsync(60);
        cluster.SetImage(Resources.StatefulSets, "search", Good);
        await cluster.RunAsync(900);

        var status = cluster.Get(Resources.StatefulSets, "search").Read["status"]!;
        Assert.Equal(2, (int)status["readyReplicas"]!);
        Assert.Equal(cluster.Get(Resources.StatefulSets, "search").Generation(), (int)status["observedGeneration"]!);
        Assert.NotEqual((string?)status["updateRevision"], cluster.Get(Resources.Pods, "search-2").Revision());

        cluster.Store.Delete(Resources.Pods, PracticeStore.Ns, "search-2");
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        Assert.Equal(Good, (string?)cluster.Get(Resources.Pods, "search-2").Read["spec"]!["containers"]![0]!["image"]);
    }

    [Fact]
    public async Task A_parallel_set_recovers_from_a_bad_template_by_itself()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 3, spec => spec["podManagementPolicy"] = "Parallel");
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.StatefulSets, "search", Bad);
        await cluster.RunAsync(60);
        cluster.SetImage(Resources.StatefulSets, "search", Good);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
    }

    [Fact]
    public async Task Going_back_reuses_the_equal_revision_with_the_highest_number()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 1);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        var first = cluster.List(Resources.ControllerRevisions).Single();
        cluster.SetImage(Resources.StatefulSets, "search", "registry.example/search:8");
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.StatefulSets, "search", Good);
        await cluster.RunUntilAsync(() => RolledOut(cluster));

        Assert.Equal(2, cluster.List(Resources.ControllerRevisions).Count);
        Assert.Equal(3, cluster.Get(Resources.ControllerRevisions, first.Name).Read.Number("revision"));
        Assert.Equal("replace", cluster.Get(Resources.ControllerRevisions, first.Name).Read.Text("data", "spec", "template", "$patch"));
        Assert.True(first.Labels.ContainsKey("controller.kubernetes.io/hash"));
    }

    [Fact]
    public async Task Change_cause_is_copied_when_a_revision_is_created_and_never_again()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 1);
        cluster.Change(Resources.StatefulSets, "search", body => body["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/change-cause"] = "seven" });
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.Change(Resources.StatefulSets, "search", body =>
        {
            body["metadata"]!["annotations"]!["kubernetes.io/change-cause"] = "eight";
            body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example/search:8";
        });
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.StatefulSets, "search", Good);
        await cluster.RunUntilAsync(() => RolledOut(cluster));

        var causes = cluster.List(Resources.ControllerRevisions).OrderByDescending(r => r.Read.Number("revision"))
            .Select(r => r.Annotation("kubernetes.io/change-cause"));
        Assert.Equal(["seven", "eight"], causes);
    }

    [Fact]
    public async Task Ordinals_below_the_partition_keep_their_revision()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 3, spec => spec["updateStrategy"] = JsonNode.Parse("""{"type":"RollingUpdate","rollingUpdate":{"partition":2}}"""));
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.SetImage(Resources.StatefulSets, "search", "registry.example/search:8");
        await cluster.RunAsync(120);

        var status = cluster.Get(Resources.StatefulSets, "search").Read["status"]!;
        Assert.Equal((2, 1), ((int)status["currentReplicas"]!, (int)status["updatedReplicas"]!));
        Assert.NotEqual((string?)status["updateRevision"], (string?)status["currentRevision"]);

        // A lost pod below the partition comes back as it was.
        cluster.Store.Delete(Resources.Pods, PracticeStore.Ns, "search-0");
        await cluster.RunUntilAsync(() => Ready(cluster) == 3);
        Assert.Equal((string?)status["currentRevision"], cluster.Get(Resources.Pods, "search-0").Revision());
    }

    [Fact]
    public async Task OnDelete_waits_for_the_operator()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 2, spec => spec["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" });
        await cluster.RunUntilAsync(() => Ready(cluster) == 2);
        cluster.SetImage(Resources.StatefulSets, "search", "registry.example/search:8");
        await cluster.RunAsync(120);
        Assert.Null(cluster.Get(Resources.StatefulSets, "search").Read.At("status", "updatedReplicas"));

        cluster.Store.Delete(Resources.Pods, PracticeStore.Ns, "search-1");
        await cluster.RunUntilAsync(() => Ready(cluster) == 2);
        Assert.Equal(1, cluster.Get(Resources.StatefulSets, "search").Read.Number("status", "updatedReplicas"));
    }

    [Fact]
    public async Task Scaling_down_gives_up_the_highest_ordinal_first_one_at_a_time()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 3);
        await cluster.RunUntilAsync(() => RolledOut(cluster));
        cluster.Change(Resources.StatefulSets, "search", body => body["spec"]!["replicas"] = 1);
        await cluster.SettleAsync();
        Assert.Equal(["search-2"], cluster.List(Resources.Pods).Where(pod => pod.Deleting()).Select(pod => pod.Name));
        await cluster.RunUntilAsync(() => cluster.List(Resources.Pods).Count == 1);
        Assert.Equal("search-0", cluster.List(Resources.Pods).Single().Name);
    }

    [Fact]
    public async Task Revisions_that_nothing_uses_are_kept_up_to_the_limit()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 1, spec => spec["revisionHistoryLimit"] = 2);
        foreach (var tag in (string[])["8", "9", "10", "11"])
        {
            await cluster.RunUntilAsync(() => RolledOut(cluster));
            cluster.SetImage(Resources.StatefulSets, "search", "registry.example/search:" + tag);
        }

        await cluster.RunUntilAsync(() => RolledOut(cluster) && cluster.List(Resources.ControllerRevisions).Count == 3);
        Assert.Equal([3, 4, 5], cluster.List(Resources.ControllerRevisions).Select(r => r.Read.Number("revision")!.Value).Order());
    }

    [Fact]
    public async Task Every_pod_keeps_its_own_claim()
    {
        await using PracticeStore cluster = new();
        Create(cluster, Good, 2, spec => spec["volumeClaimTemplates"] = JsonNode.Parse(
            """[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]"""));
        await cluster.RunUntilAsync(() => Ready(cluster) == 2);
        Assert.Equal(["data-search-0", "data-search-1"], cluster.List(Resources.PersistentVolumeClaims).Select(claim => claim.Name));
        cluster.Store.Delete(Resources.Pods, PracticeStore.Ns, "search-0");
        await cluster.RunUntilAsync(() => Ready(cluster) == 2);
        Assert.Equal(2, cluster.List(Resources.PersistentVolumeClaims).Count);
    }

    private static void Create(PracticeStore cluster, string image, int replicas, Action<JsonObject>? spec = null)
    {
        var body = PracticeStore.Workload("search", image, replicas);
        body["spec"]!["serviceName"] = "search";
        body["spec"]!["updateStrategy"] = JsonNode.Parse("""{"type":"RollingUpdate","rollingUpdate":{"partition":0}}""");
        spec?.Invoke(body["spec"]!.AsObject());
        cluster.Store.Create(Resources.StatefulSets, body);
    }

    private static int Ready(PracticeStore cluster) => cluster.List(Resources.Pods).Count(pod => pod.PodReady() && !pod.Deleting());

    private static bool RolledOut(PracticeStore cluster)
    {
        var set = cluster.Get(Resources.StatefulSets, "search");
        return set.Read.Number("status", "observedGeneration") == set.Generation()
            && set.Read.Text("status", "currentRevision") == set.Read.Text("status", "updateRevision")
            && set.Read.Number("status", "readyReplicas") == set.Read.Number("spec", "replicas");
    }
}
