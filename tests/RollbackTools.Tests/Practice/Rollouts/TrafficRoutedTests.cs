using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using static RollbackTools.Tests.Practice.Rollouts.RolloutPractice;

namespace RollbackTools.Tests.Practice.Rollouts;

/// <summary>Canaries behind a traffic router: its weights are what the status says, and the stable version stays whole.</summary>
public sealed class TrafficRoutedTests
{
    private const string Routed = "canaryService: canary, stableService: stable, trafficRouting: { nginx: { stableIngress: catalog } }";

    private static async Task<RolloutPractice> PausedAsync(string more)
    {
        RolloutPractice practice = new();
        foreach (var name in (string[])["canary", "stable"]) practice.Cluster.Operator.Apply(Service(name));
        await practice.DeployAsync(Canary("1", $"{Routed}, {more}"));
        await practice.ShipAsync(Canary("2", $"{Routed}, {more}"), "CanaryPauseStep");
        await practice.Cluster.RunAsync(5);
        return practice;
    }

    private static JsonNode Weights(RolloutPractice practice) => practice.Status["canary"]!["weights"]!;

    [Fact]
    public async Task The_weights_name_services_and_versions_and_the_stable_version_stays_whole()
    {
        await using var practice = await PausedAsync("steps: [{ setWeight: 25 }, { pause: {} }]");
        Assert.Equal((4, 1), (practice.Pods("1"), practice.Pods("2")));
        var (canary, stable) = (Weights(practice)["canary"]!, Weights(practice)["stable"]!);
        Assert.Equal((25, "canary", practice.Current), ((int)canary["weight"]!, (string?)canary["serviceName"], (string?)canary["podTemplateHash"]));
        Assert.Equal((75, "stable", practice.Stable), ((int)stable["weight"]!, (string?)stable["serviceName"], (string?)stable["podTemplateHash"]));
        Assert.Contains("Traffic weight updated from 0 to 25", practice.Cluster.EventsOf("catalog", "TrafficWeightUpdated"));
    }

    [Fact]
    public async Task An_abort_takes_the_weight_back_at_once_and_the_pods_after_their_delay()
    {
        await using var practice = await PausedAsync("steps: [{ setWeight: 25 }, { pause: {} }]");
        await practice.PatchStatusAsync("""{ "abort": true }""");
        await practice.Cluster.RunAsync(2);
        Assert.Equal((0, 100), ((int)Weights(practice)["canary"]!["weight"]!, (int)Weights(practice)["stable"]!["weight"]!));
        Assert.NotNull(practice.Set("2").Annotation("scale-down-deadline"));
        Assert.Equal(1, practice.Pods("2"));
        await practice.Cluster.RunAsync(40);
        Assert.Equal((4, 0, "Degraded"), (practice.Pods("1"), practice.Pods("2"), practice.Phase));
    }

    [Fact]
    public async Task The_canary_has_the_size_its_step_says_whatever_its_weight()
    {
        await using var practice = await PausedAsync("steps: [{ setCanaryScale: { replicas: 3 } }, { setWeight: 10 }, { pause: {} }]");
        Assert.Equal((4, 3, 10), (practice.Pods("1"), practice.Pods("2"), (int)Weights(practice)["canary"]!["weight"]!));
    }

    [Fact]
    public async Task The_former_version_outlives_its_promotion_by_its_delay()
    {
        await using var practice = await PausedAsync("steps: [{ setWeight: 50 }, { pause: {} }]");
        await practice.PatchStatusAsync("""{ "pauseConditions": null }""");
        await practice.Cluster.RunUntilAsync(() => practice.Stable == practice.Current && practice.Set("1").Annotation("scale-down-deadline") is not null);
        Assert.Equal(4, practice.Pods("1"));
        await practice.Cluster.RunAsync(60);
        Assert.Equal((0, 4, "Healthy"), (practice.Pods("1"), practice.Pods("2"), practice.Phase));
    }
}
