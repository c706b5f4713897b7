using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class DeploymentScalingTests
{
    [Fact]
    public async Task Scaling_a_settled_deployment_resizes_its_one_replica_set_and_makes_no_revision()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.Change(Resources.Deployments, "api", body => body["spec"]!["replicas"] = 5);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));

        var set = cluster.List(Resources.ReplicaSets).Single();
        Assert.Equal("1", set.Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal("5", set.Annotation("deployment.kubernetes.io/desired-replicas"));
        Assert.Contains($"Scaled up replica set {set.Name} from 2 to 5", cluster.EventsOf("api", "ScalingReplicaSet"));
    }

    [Fact]
    public async Task Scaling_in_the_middle_of_a_rollout_is_shared_in_proportion()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 10, Strategy(3, 2));
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:notready");
        await cluster.RunAsync(30);
        Assert.Equal([8, 5], Sizes(cluster));

        cluster.Change(Resources.Deployments, "api", body => body["spec"]!["replicas"] = 15);
        await cluster.RunAsync(30);

        // 13 pods grow to 18: 8 × 18/13 ≈ 11, 5 × 18/13 ≈ 7.
        Assert.Equal([11, 7], Sizes(cluster));
    }

    [Fact]
    public async Task Old_replicas_that_are_not_ready_are_given_up_before_healthy_ones()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 4, Strategy(1, 0));
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:42-crash");
        await cluster.RunAsync(60);
        Assert.Equal([4, 1], Sizes(cluster));

        // A third template: the crashing replica goes first although a healthy set stands beside it.
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:43");
        await cluster.RunUntilAsync(() => Sizes(cluster) is [.., 0, _], within: 60);
        Assert.Equal(4, Sizes(cluster)[0]);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        Assert.Equal([0, 0, 4], Sizes(cluster));
    }

    [Fact]
    public async Task Percentages_round_surge_up_and_unavailable_down()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 3);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:notready");
        await cluster.RunAsync(60);

        // 25 % of 3: one more, none fewer.
        Assert.Equal([3, 1], Sizes(cluster));
        Assert.Equal("4", cluster.List(Resources.ReplicaSets)[0].Annotation("deployment.kubernetes.io/max-replicas"));
    }

    [Fact]
    public async Task Recreate_waits_until_the_last_old_pod_is_gone()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:41", 2, spec => spec["strategy"] = new JsonObject { ["type"] = "Recreate" });
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:42");
        await cluster.RunUntilAsync(() =>
        {
            var images = cluster.List(Resources.Pods).Select(pod => (string)pod.Read["spec"]!["containers"]![0]!["image"]!).Distinct();
            Assert.True(images.Count() <= 1, "old and new pods at once");
            return cluster.RolledOut("api") && cluster.List(Resources.ReplicaSets).Count == 2;
        });
    }

    [Fact]
    public async Task Old_replica_sets_beyond_the_limit_go_once_the_rollout_is_complete_and_not_before()
    {
        await using PracticeStore cluster = new();
        cluster.CreateDeployment("api", "registry.example/api:1", 1, spec => spec["revisionHistoryLimit"] = 2);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        foreach (var tag in (string[])["2", "3"])
        {
            cluster.SetImage(Resources.Deployments, "api", "registry.example/api:" + tag);
            await cluster.RunUntilAsync(() => cluster.RolledOut("api"));
        }

        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:missing");
        await cluster.RunAsync(60);
        Assert.Equal(4, cluster.List(Resources.ReplicaSets).Count);

        cluster.SetImage(Resources.Deployments, "api", "registry.example/api:5");
        await cluster.RunUntilAsync(() => cluster.RolledOut("api") && cluster.List(Resources.ReplicaSets).Count == 3);
        Assert.Equal(["3", "4", "5"], cluster.List(Resources.ReplicaSets).Select(set => set.Annotation("deployment.kubernetes.io/revision")).Order());
    }

    private static Action<JsonObject> Strategy(int surge, int unavailable) => spec => spec["strategy"] = new JsonObject
    {
        ["type"] = "RollingUpdate",
        ["rollingUpdate"] = new JsonObject { ["maxSurge"] = surge, ["maxUnavailable"] = unavailable },
    };

    /// <summary>spec.replicas of each ReplicaSet, by revision.</summary>
    private static int[] Sizes(PracticeStore cluster) =>
    [
        .. cluster.List(Resources.ReplicaSets).OrderBy(set => int.Parse(set.Annotation("deployment.kubernetes.io/revision") ?? "0"))
            .Select(set => set.Read.Number("spec", "replicas") ?? 0),
    ];
}
