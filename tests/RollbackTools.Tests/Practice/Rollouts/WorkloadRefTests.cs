using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.Practice.Kubernetes.Controllers;

namespace RollbackTools.Tests.Practice.Rollouts;

public sealed class WorkloadRefTests
{
    private static string Rollout(string scaleDown = "never") => $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: { name: catalog, namespace: {{PracticeStore.Ns}} }
        spec:
          replicas: 2
          workloadRef: { apiVersion: apps/v1, kind: Deployment, name: catalog, scaleDown: {{scaleDown}} }
          strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } }
        """;

    private static async Task<RolloutPractice> DeployedAsync(string scaleDown = "never")
    {
        RolloutPractice practice = new();
        practice.Cluster.CreateDeployment("catalog", "shop/catalog:1", scaleDown == "never" ? 0 : 2);
        await practice.DeployAsync(Rollout(scaleDown));
        return practice;
    }

    [Fact]
    public async Task The_template_and_the_selector_are_the_deployments()
    {
        await using var practice = await DeployedAsync();
        Assert.Equal("shop/catalog:1", (string?)practice.Set("1").Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]);
        Assert.Equal(2, practice.Pods("1"));
        Assert.Equal("app=catalog", (string?)practice.Status["selector"]);
        Assert.Null(practice.Rollout["spec"]!["template"]);
        Assert.Null(practice.Rollout["spec"]!["selector"]);
        var generation = practice.Cluster.Get(Resources.Deployments, "catalog").Generation().ToString();
        Assert.Equal(generation, practice.Stored.Annotation("rollout.argoproj.io/workload-generation"));
        Assert.Equal(generation, (string?)practice.Status["workloadObservedGeneration"]);
    }

    [Fact]
    public async Task A_change_of_the_deployment_is_an_update_and_its_generation_is_observed()
    {
        await using var practice = await DeployedAsync();
        practice.Cluster.SetImage(Resources.Deployments, "catalog", "shop/catalog:2");
        await practice.Cluster.RunUntilAsync(() => practice.Message == "CanaryPauseStep");

        var generation = practice.Cluster.Get(Resources.Deployments, "catalog").Generation().ToString();
        Assert.Equal(generation, practice.Stored.Annotation("rollout.argoproj.io/workload-generation"));
        Assert.Equal(generation, (string?)practice.Status["workloadObservedGeneration"]);
        Assert.Equal((1, 1), (practice.Pods("1"), practice.Pods("2")));

        practice.Cluster.SetImage(Resources.Deployments, "catalog", "shop/catalog:1");
        await practice.Cluster.RunUntilAsync(() => practice.Healthy && practice.Stable == practice.Current);
        Assert.Equal(2, practice.Pods("1"));
    }

    [Fact]
    public async Task The_deployments_own_pods_go_once_the_rollout_is_well()
    {
        await using var practice = await DeployedAsync("onsuccess");
        await practice.Cluster.RunUntilAsync(() => (int?)practice.Cluster.Get(Resources.Deployments, "catalog").Read["spec"]!["replicas"] == 0);
        await practice.Cluster.RunAsync(60);
        Assert.True(practice.Healthy);
        Assert.Equal(2, practice.Cluster.List(Resources.Pods).Count(pod => pod.Active()));
    }

    [Fact]
    public async Task A_missing_deployment_is_an_invalid_spec_until_it_is_there()
    {
        await using RolloutPractice practice = new();
        practice.Cluster.Operator.Apply(Rollout());
        await practice.Cluster.SettleAsync();
        Assert.Equal("Degraded", practice.Phase);
        Assert.EndsWith("deployments.apps \"catalog\" not found", practice.Message);

        practice.Cluster.CreateDeployment("catalog", "shop/catalog:1", 0);
        await practice.Cluster.RunUntilAsync(() => practice.Healthy);
    }
}
