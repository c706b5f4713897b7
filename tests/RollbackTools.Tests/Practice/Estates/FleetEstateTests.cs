using System.Diagnostics;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Benchmarks;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class FleetEstateTests(ITestOutputHelper output)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_seeded_fleet_is_settled_from_the_start()
    {
        await using var cluster = await StartAsync(new FleetEstate(20, 3));
        var before = cluster.Store.List(Resources.Deployments, "fleet");
        await cluster.SettleAsync(Cancellation);
        Assert.Equal(60, cluster.Store.List(Resources.Pods, "fleet").Items.Length);
        Assert.Equal(40, cluster.Store.List(Resources.ReplicaSets, "fleet").Items.Length);
        Assert.Equal(before.Items.Select(d => d.Version), cluster.Store.List(Resources.Deployments, "fleet").Items.Select(d => d.Version));
        Assert.All(before.Items, deployment => Assert.Equal(1, deployment.Generation()));
        Assert.Empty(cluster.Faults);
    }

    [Fact]
    public async Task A_fleet_that_goes_back_together_arrives_together()
    {
        const int size = 100;
        await using var cluster = await StartAsync(new FleetEstate(size, 3));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < size; i++)
            cluster.Operator.SetImage(Resources.Deployments, "fleet", FleetEstate.DeploymentName(i), $"registry.example/{FleetEstate.DeploymentName(i)}:v1");
        await cluster.WaitUntilAsync(() => Enumerable.Range(0, size).All(i => Arrived(cluster, FleetEstate.DeploymentName(i))), TimeSpan.FromSeconds(60), Cancellation);
        output.WriteLine($"{size} rollbacks: {watch.ElapsedMilliseconds} ms");
        Assert.Equal(size * 2, cluster.Store.List(Resources.ReplicaSets, "fleet").Items.Length);
        Assert.Empty(cluster.Faults);
    }

    private static Task<PracticeCluster> StartAsync(Estate estate) => PracticeCluster.StartAsync(
        new PracticeClusterOptions { Estate = estate, Tempo = PracticeTempo.Instant, Traffic = false }, Cancellation);

    private static bool Arrived(PracticeCluster cluster, string name)
    {
        var deployment = cluster.Store.Find(Resources.Deployments, "fleet", name)!;
        return deployment.Annotation("deployment.kubernetes.io/revision") == "3" && deployment.Read.Number("status", "updatedReplicas") == 3
            && deployment.Read.Number("status", "replicas") == 3 && deployment.Read.Number("status", "availableReplicas") == 3
            && deployment.Read.Number("status", "observedGeneration") == 2;
    }
}
