using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class TomodaEstateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_workload_runs_its_current_release()
    {
        await using var cluster = await StartAsync();
        Assert.All(cluster.Store.List(Resources.Deployments, "prod").Items, deployment =>
        {
            Assert.EndsWith(":v2.14.0", Image(deployment));
            Assert.Equal("NewReplicaSetAvailable", deployment.Condition("Progressing").Text("reason"));
            Assert.Equal(deployment.Read.Number("spec", "replicas"), deployment.Read.Number("status", "availableReplicas"));
        });
        var search = cluster.Store.Find(Resources.StatefulSets, "prod", "tomoda-search")!;
        Assert.Equal((3, 3), (search.Read.Number("status", "readyReplicas"), search.Read.Number("status", "updatedReplicas")));
        Assert.Equal(3, cluster.Store.Find(Resources.DaemonSets, "prod", "log-agent")!.Read.Number("status", "numberAvailable"));
        Assert.NotEmpty(cluster.Store.List(Resources.Deployments, "staging").Items);
        Assert.Empty(cluster.Faults);
    }

    [Fact]
    public async Task The_past_is_one_the_controllers_lived_through()
    {
        await using var cluster = await StartAsync();
        var backend = cluster.Store.Find(Resources.Deployments, "prod", "backend")!;
        var sets = cluster.Store.List(Resources.ReplicaSets, "prod").Items.Where(set => set.Name.StartsWith("backend-", StringComparison.Ordinal))
            .OrderBy(set => int.Parse(set.Annotation("deployment.kubernetes.io/revision")!)).ToList();

        Assert.Equal("7", backend.Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal(["v2.11.0", "v2.12.0", "v2.13.0", "v2.12.1", "v2.13.1", "v2.14.0"], sets.Select(set => Image(set).Split(':')[1]));
        Assert.Equal("3", sets[3].Annotation("deployment.kubernetes.io/revision-history"));
        Assert.Equal("rollback: v2.13.0 crashes, back to v2.12.1", sets[3].Annotation("kubernetes.io/change-cause"));

        var age = TimeProvider.System.GetUtcNow() - Created(backend);
        Assert.InRange(age.TotalDays, 20.9, 21.1);
        Assert.True(TimeProvider.System.GetUtcNow() - Created(sets[^1]) > TimeSpan.FromDays(3.9), "the current release is days old");
        Assert.True(sets.Zip(sets.Skip(1)).Count(pair => Created(pair.First) < Created(pair.Second)) >= 4);
        Assert.Equal(6, cluster.Store.List(Resources.ControllerRevisions, "prod").Items.Count(r => r.Name.StartsWith("tomoda-search", StringComparison.Ordinal)) + 1);
    }

    [Fact]
    public async Task Old_events_have_expired_and_pods_have_run_for_days_without_a_restart()
    {
        await using var cluster = await StartAsync();
        Assert.All(cluster.Store.List(Resources.Events).Items,
            e => Assert.True(e.Read.Time("lastTimestamp") > TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1)));
        Assert.All(cluster.Store.List(Resources.Pods).Items, pod =>
        {
            Assert.True(pod.PodReady());
            Assert.Equal(0, pod.Restarts());
            Assert.True(TimeProvider.System.GetUtcNow() - Created(pod) > TimeSpan.FromDays(3.9));
        });
    }

    [Fact]
    public async Task The_autoscaler_holds_more_replicas_than_the_manifest_says()
    {
        await using var cluster = await StartAsync();
        var api = cluster.Store.Find(Resources.Deployments, "prod", "tomoda-api")!;
        var manifest = JsonNode.Parse(api.Annotation("kubectl.kubernetes.io/last-applied-configuration")!);
        Assert.Equal(3, manifest.Number("spec", "replicas"));
        Assert.Equal(5, api.Read.Number("spec", "replicas"));
        Assert.EndsWith(":v2.14.0", manifest.Items("spec", "template", "spec", "containers").First().Text("image"));
    }

    [Fact]
    public async Task A_bad_image_fails_and_the_way_back_is_through_within_seconds()
    {
        await using var cluster = await StartAsync();
        cluster.Operator.Deploy(Resources.Deployments, "prod", "backend", $"{TomodaImages.Backend}:{TomodaImages.Crashing}", "release v2.15.0");
        await cluster.WaitUntilAsync(() => cluster.Store.List(Resources.Pods, "prod").Items.Any(pod =>
            pod.Read.Items("status", "containerStatuses").Any(c => c.Text("state", "waiting", "reason") == "CrashLoopBackOff")), Patience, Cancellation);

        cluster.Operator.Deploy(Resources.Deployments, "prod", "backend", $"{TomodaImages.Backend}:{TomodaImages.Current}");
        await cluster.WaitUntilAsync(() => Complete(cluster, "backend"), Patience, Cancellation);
        Assert.Equal("9", cluster.Store.Find(Resources.Deployments, "prod", "backend")!.Annotation("deployment.kubernetes.io/revision"));
        Assert.Empty(cluster.Faults);
    }

    [Fact]
    public async Task Starting_it_again_gives_the_same_names()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        Assert.Equal(
            first.Store.List(Resources.ReplicaSets).Items.Select(set => set.Name),
            second.Store.List(Resources.ReplicaSets).Items.Select(set => set.Name));
    }

    private static Task<PracticeCluster> StartAsync() =>
        PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = new TomodaEstate(), Traffic = false }, Cancellation);

    private static bool Complete(PracticeCluster cluster, string name)
    {
        var deployment = cluster.Store.Find(Resources.Deployments, "prod", name)!;
        var wanted = deployment.Read.Number("spec", "replicas");
        return deployment.Read.Number("status", "observedGeneration") == deployment.Generation()
            && deployment.Read.Number("status", "updatedReplicas") == wanted && deployment.Read.Number("status", "replicas") == wanted
            && deployment.Read.Number("status", "availableReplicas") == wanted;
    }

    private static DateTimeOffset Created(StoredObject item) => item.Read.Time("metadata", "creationTimestamp")!.Value;

    private static string Image(StoredObject workload) => workload.Read.Items("spec", "template", "spec", "containers").First().Text("image")!;
}
