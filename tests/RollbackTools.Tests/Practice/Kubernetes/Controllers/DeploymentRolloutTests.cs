using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class DeploymentRolloutTests
{
    [Fact]
    public async Task A_new_deployment_gets_a_replica_set_named_by_its_template_hash_and_ready_pods()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 3);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));

        var set = Assert.Single(cluster.List(Resources.ReplicaSets));
        var hash = set.Labels["pod-template-hash"];
        Assert.Equal($"api-{hash}", set.Name);
        Assert.Equal("1", set.Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal("3", set.Annotation("deployment.kubernetes.io/desired-replicas"));
        Assert.Equal("4", set.Annotation("deployment.kubernetes.io/max-replicas"));
        Assert.All(cluster.PodsOf(set), pod => Assert.Equal(hash, pod.Labels["pod-template-hash"]));
        Assert.Equal(3, cluster.PodsOf(set).Count(pod => pod.PodReady()));
        Assert.Equal([$"Scaled up replica set {set.Name} from 0 to 3"], cluster.EventsOf("api", "ScalingReplicaSet"));

        var api = cluster.Get(Resources.Deployments, "api");
        Assert.Equal("1", api.Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal("NewReplicaSetAvailable", (string?)api.Condition("Progressing")!["reason"]);
        Assert.Equal($"ReplicaSet \"{set.Name}\" has successfully progressed.", (string?)api.Condition("Progressing")!["message"]);
        Assert.Equal("MinimumReplicasAvailable", (string?)api.Condition("Available")!["reason"]);
    }

    [Fact]
    public async Task A_rolling_update_keeps_within_surge_and_availability_all_the_way()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 4);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));

        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:42");
        await cluster.RunUntilAsync(() =>
        {
            var pods = cluster.List(Resources.Pods).Where(pod => !pod.Deleting()).ToList();
            Assert.True(pods.Count <= 5, $"{pods.Count} pods");
            Assert.True(pods.Count(pod => pod.PodReady()) >= 3, "fewer than three ready");
            return cluster.RolledOut("api");
        });

        Assert.Equal("2", cluster.Get(Resources.Deployments, "api").Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal([0, 4], cluster.List(Resources.ReplicaSets).OrderBy(Revision).Select(set => (int)set.Read["spec"]!["replicas"]!));
    }

    [Fact]
    public async Task Going_back_to_a_template_readopts_its_replica_set_under_the_next_revision()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        var first = cluster.List(Resources.ReplicaSets).Single().Name;
        foreach (var image in (string[])["registry.example/api:42", "registry.example/api:41", "registry.example/api:42", "registry.example/api:41"])
        {
            cluster.SetImage(Resources.Deployments, "api", image);
            await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        }

        var set = cluster.Get(Resources.ReplicaSets, first);
        Assert.Equal(2, cluster.List(Resources.ReplicaSets).Count);
        Assert.Equal("5", set.Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal("1,3", set.Annotation("deployment.kubernetes.io/revision-history"));
        Assert.Equal("5", cluster.Get(Resources.Deployments, "api").Annotation("deployment.kubernetes.io/revision"));
    }

    [Fact]
    public async Task The_revision_is_never_behind_the_observed_generation()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:42");
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));

        List<StoreEvent> seen = [];
        var from = cluster.Store.Version;
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:41");
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        await foreach (var change in cluster.Store.Watch(Resources.Deployments, from, TestContext.Current.CancellationToken))
        {
            seen.Add(change);
            if (change.Object.Version == cluster.Get(Resources.Deployments, "api").Version) break;
        }

        Assert.All(seen, change =>
        {
            if ((int)change.Object.Read["status"]!["observedGeneration"]! == 3)
                Assert.Equal("3", change.Object.Annotation("deployment.kubernetes.io/revision"));
        });
    }

    private static int Revision(StoredObject set) => int.Parse(set.Annotation("deployment.kubernetes.io/revision")!);
}
