using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Estates;

/// <summary>zkprova, one for all tests of the class; they only look.</summary>
public sealed class Zkprova : IAsyncLifetime
{
    public PracticeCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await PracticeCluster.StartAsync(
        new PracticeClusterOptions { Estate = new ZkprovaEstate(), Tempo = PracticeTempo.Drill }, CancellationToken.None);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

public sealed class ZkprovaEstateTests(Zkprova estate) : IClassFixture<Zkprova>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Productions_history_has_a_failed_one_a_rolled_back_one_and_a_good_present()
    {
        using var helm = PracticeHelm.Open(estate.Cluster.Kubeconfig, "production");

        Assert.Equal(
            [(1, "superseded"), (2, "superseded"), (3, "failed"), (4, "superseded"), (5, "superseded"), (6, "superseded"), (7, "deployed")],
            await helm.History.ListAsync("zkprova", Stop));
        var failed = await helm.History.ReadAsync("zkprova", 3, Stop);
        Assert.Contains("job zkprova-zkprova-migrate failed: BackoffLimitExceeded", (string?)failed["info"]!["description"]);
        Assert.Equal("Rollback to 4", (string?)(await helm.History.ReadAsync("zkprova", 6, Stop))["info"]!["description"]);
        var present = await helm.History.ReadAsync("zkprova", 7, Stop);
        Assert.InRange(DateTimeOffset.UtcNow - (DateTimeOffset)present["info"]!["last_deployed"]!, TimeSpan.FromDays(3), TimeSpan.FromDays(6));
        Assert.InRange(DateTimeOffset.UtcNow - (DateTimeOffset)present["info"]!["first_deployed"]!, TimeSpan.FromDays(20), TimeSpan.FromDays(22));
    }

    [Fact]
    public async Task Staging_is_deployed_by_Helm_4_server_side()
    {
        using var helm = PracticeHelm.Open(estate.Cluster.Kubeconfig, "staging");
        var history = await helm.History.ListAsync("zkprova", Stop);

        Assert.Equal((history.Count, "deployed"), history[^1]);
        Assert.Equal("ssa", (string?)(await helm.History.ReadAsync("zkprova", history.Count, Stop))["apply_method"]);
    }

    [Fact]
    public async Task What_runs_is_the_present_release_and_its_health_names_the_database()
    {
        foreach (var ns in (string[])["staging", "production"])
        {
            var backend = estate.Cluster.Store.Find(Resources.Deployments, ns, "zkprova-zkprova-backend")!.Read;
            Assert.EndsWith($":{ZkprovaImages.Current}", (string?)backend["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]);
            Assert.Equal(ns == "production" ? 3 : 1, (int)backend["status"]!["availableReplicas"]!);
        }

        using HttpClient http = new();
        var health = JsonNode.Parse(await http.GetStringAsync(new Uri(estate.Cluster.Services["production/zkprova-zkprova-backend"], "/health"), Stop))!;
        Assert.Equal("ok", (string?)health["database"]);
        Assert.Equal(ZkprovaImages.Current, (string?)health["version"]);
        Assert.Empty(estate.Cluster.Faults);
    }

    [Fact]
    public void Hooks_that_succeeded_left_what_their_policies_leave()
    {
        Assert.Null(estate.Cluster.Store.Find(Resources.Jobs, "production", "zkprova-zkprova-migrate"));
        Assert.NotNull(estate.Cluster.Store.Find(Resources.Jobs, "production", "zkprova-zkprova-smoke"));
    }
}
