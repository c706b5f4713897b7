using System.Globalization;
using RollbackTools.Practice.Kubernetes.Controllers;
using static RollbackTools.Tests.Practice.Rollouts.RolloutPractice;

namespace RollbackTools.Tests.Practice.Rollouts;

public sealed class BlueGreenTests
{
    private static string BlueGreen(string tag, string more = "", string spec = "") =>
        Manifest(tag, $"blueGreen: {{ activeService: active, previewService: preview{more} }}", 2, spec);

    private static async Task<RolloutPractice> DeployedAsync(string more = "", string spec = "")
    {
        RolloutPractice practice = new();
        foreach (var name in (string[])["active", "preview"]) practice.Cluster.Operator.Apply(Service(name));
        await practice.DeployAsync(BlueGreen("1", more, spec));
        return practice;
    }

    [Fact]
    public async Task The_new_version_runs_whole_before_traffic_is_switched_to_it()
    {
        await using var practice = await DeployedAsync();
        Assert.Equal((practice.Stable, practice.Stable), (practice.Selected("active"), practice.Selected("preview")));
        await practice.ShipAsync(BlueGreen("2"), () =>
        {
            if (practice.Selected("active") == practice.Current) Assert.Equal(2, (int?)practice.Set("2").Read["status"]!["availableReplicas"]);
            return practice.Healthy && practice.Stable == practice.Current;
        });

        Assert.Equal((practice.Current, practice.Current), (practice.Selected("active"), practice.Selected("preview")));
        Assert.Equal(practice.Current, (string?)practice.Status["blueGreen"]!["activeSelector"]);
        Assert.Equal($"app=catalog,rollouts-pod-template-hash={practice.Current}", (string?)practice.Status["selector"]);
        Assert.Contains(practice.Cluster.EventsOf("catalog", "RolloutCompleted"), message => message.EndsWith(": Completed blue-green update", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_old_version_stays_for_its_delay_and_says_until_when()
    {
        await using var practice = await DeployedAsync();
        await practice.ShipAsync(BlueGreen("2"), () => practice.Healthy && practice.Set("1").Annotation("scale-down-deadline") is not null);
        var deadline = DateTimeOffset.Parse(practice.Set("1").Annotation("scale-down-deadline")!, CultureInfo.InvariantCulture);
        Assert.InRange((deadline - practice.Cluster.Clock.GetUtcNow()).TotalSeconds, 28, 31);
        await practice.Cluster.RunAsync(25);
        Assert.Equal(2, practice.Pods("1"));
        await practice.Cluster.RunAsync(10);
        Assert.Equal(0, practice.Pods("1"));
        Assert.Null(practice.Set("1").Annotation("scale-down-deadline"));
    }

    [Fact]
    public async Task Back_within_the_delay_is_a_switch_and_back_after_it_waits_for_pods()
    {
        await using var practice = await DeployedAsync(", autoPromotionEnabled: false");
        await practice.ShipAsync(BlueGreen("2", ", autoPromotionEnabled: false"), "BlueGreenPause");
        await practice.PatchStatusAsync("""{ "pauseConditions": null }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy && practice.Set("1").Annotation("scale-down-deadline") is not null);

        // Its pods still run: no pause, and no time passes.
        await practice.SetImageAsync("1");
        Assert.Equal(practice.Set("1").Labels["rollouts-pod-template-hash"], practice.Selected("active"));
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
        Assert.Null(practice.Set("1").Annotation("scale-down-deadline"));

        await practice.Cluster.RunAsync(60);
        Assert.Equal(0, practice.Pods("2"));
        await practice.SetImageAsync("2");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "BlueGreenPause");
        Assert.NotEqual(practice.Current, practice.Selected("active"));
    }

    [Fact]
    public async Task An_abort_before_the_switch_keeps_the_old_version_and_scales_the_preview_down_after_its_delay()
    {
        await using var practice = await DeployedAsync(", autoPromotionEnabled: false");
        await practice.ShipAsync(BlueGreen("2", ", autoPromotionEnabled: false"), "BlueGreenPause");
        Assert.Equal((practice.Stable, practice.Current), (practice.Selected("active"), practice.Selected("preview")));
        await practice.PatchStatusAsync("""{ "abort": true }""");
        await practice.Cluster.RunUntilAsync(() => practice.Phase == "Degraded");
        Assert.NotNull(practice.Set("2").Annotation("scale-down-deadline"));
        await practice.Cluster.RunAsync(25);
        Assert.Equal(2, practice.Pods("2"));
        await practice.Cluster.RunAsync(10);
        Assert.Equal((2, 0, practice.Stable), (practice.Pods("1"), practice.Pods("2"), practice.Selected("active")));
        Assert.Equal("RolloutAborted: Rollout aborted update to revision 2", practice.Message);
    }

    [Fact]
    public async Task A_pause_with_an_end_promotes_by_itself()
    {
        await using var practice = await DeployedAsync(", autoPromotionSeconds: 60");
        await practice.ShipAsync(BlueGreen("2", ", autoPromotionSeconds: 60"), "BlueGreenPause");
        await practice.Cluster.RunAsync(50);
        Assert.Equal("Paused", practice.Phase);
        await practice.Cluster.RunUntilAsync(() => practice.Healthy && practice.Selected("active") == practice.Current, within: 30);
    }

    [Fact]
    public async Task An_analysis_after_the_switch_that_fails_switches_back()
    {
        RolloutPractice practice = new();
        await using var _ = practice;
        foreach (var name in (string[])["active", "preview"]) practice.Cluster.Operator.Apply(Service(name));
        practice.Cluster.Operator.Apply("""
            apiVersion: argoproj.io/v1alpha1
            kind: ClusterAnalysisTemplate
            metadata: { name: smoke }
            spec:
              metrics:
              - name: smoke
                provider: { job: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ name: smoke, image: "shop/smoke:crash" }] } } } } }
            """);
        const string Analysis = ", postPromotionAnalysis: { templates: [{ templateName: smoke, clusterScope: true }] }";
        await practice.DeployAsync(BlueGreen("1", Analysis));
        await practice.ShipAsync(BlueGreen("2", Analysis), () => practice.Phase == "Degraded");
        await practice.Cluster.RunUntilAsync(() => practice.Selected("active") == practice.Stable);
        Assert.Contains("Blue/green post-promotion analysis phase error/failed: Metric \"smoke\" assessed Failed", practice.Message);
        Assert.Equal("Failed", (string?)practice.Status["blueGreen"]!["postPromotionAnalysisRunStatus"]!["status"]);
        Assert.NotEqual(practice.Stable, practice.Current);
    }

    [Fact]
    public async Task A_small_preview_grows_before_the_switch()
    {
        const string Small = ", previewReplicaCount: 1, autoPromotionEnabled: false";
        await using var practice = await DeployedAsync(Small);
        await practice.ShipAsync(BlueGreen("2", Small), "BlueGreenPause");
        Assert.Equal(1, practice.Pods("2"));
        await practice.PatchStatusAsync("""{ "pauseConditions": null }""");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy && practice.Stable == practice.Current);
        Assert.Equal(2, practice.Pods("2"));
    }
}
