using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Tests.Practice.Kubernetes.Controllers;

public sealed class ServiceAndJobTests
{
    [Fact]
    public async Task Endpoints_hold_the_ready_pods_of_a_service_and_name_the_others_as_not_ready()
    {
        await using PracticeStore cluster = new();
        cluster.Store.Create(Resources.Services, JsonNode.Parse(
            """{"metadata":{"name":"api","namespace":"prod"},"spec":{"selector":{"app":"api"},"ports":[{"port":80,"targetPort":8080}]}}""")!.AsObject());
        cluster.CreateDeployment("api", "registry.example/api:41", 2);
        await cluster.RunAsync(2);
        Assert.Equal((0, 2), Addresses(cluster));
        await cluster.RunAsync(60);
        Assert.Equal((2, 0), Addresses(cluster));
        Assert.Equal(8080, cluster.Get(Resources.Endpoints, "api").Read["subsets"]![0]!["ports"]![0].Number("port"));

        cluster.Change(Resources.Deployments, "api", body => body["spec"]!["replicas"] = 0);
        await cluster.RunAsync(60);
        Assert.Null(cluster.Get(Resources.Endpoints, "api").Read.At("subsets"));
        Assert.Empty(cluster.List(Resources.EndpointSlices).Single().Read.Items("endpoints"));
    }

    [Fact]
    public async Task A_job_completes_when_its_pod_succeeds()
    {
        await using PracticeStore cluster = new();
        Job(cluster, "registry.example/migrate:1");
        await cluster.RunAsync(60);
        var job = cluster.Get(Resources.Jobs, "migrate");
        Assert.Equal(1, job.Read.Number("status", "succeeded"));
        Assert.Equal("True", job.Condition("Complete").Text("status"));
        Assert.NotNull(job.Read.Text("status", "completionTime"));
        Assert.Equal("Succeeded", cluster.List(Resources.Pods).Single().Phase());
    }

    [Fact]
    public async Task A_job_fails_when_its_pods_fail_more_often_than_the_limit()
    {
        await using PracticeStore cluster = new();
        Job(cluster, "registry.example/migrate:crash", limit: 2);
        await cluster.RunAsync(300);
        var job = cluster.Get(Resources.Jobs, "migrate");
        Assert.Equal(3, job.Read.Number("status", "failed"));
        Assert.Equal("BackoffLimitExceeded", job.Condition("Failed").Text("reason"));
    }

    [Fact]
    public async Task An_autoscaler_raises_its_target_to_the_minimum_and_reports_the_size()
    {
        await using PracticeStore cluster = new();
        cluster.Store.Create(Resources.HorizontalPodAutoscalers, JsonNode.Parse(
            """{"metadata":{"name":"api","namespace":"prod"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"api"},"minReplicas":3,"maxReplicas":6}}""")!.AsObject());
        cluster.CreateDeployment("api", "registry.example/api:41", 1);
        await cluster.RunUntilAsync(() => cluster.RolledOut("api") && cluster.List(Resources.Pods).Count == 3);
        Assert.Equal(3, cluster.Get(Resources.HorizontalPodAutoscalers, "api").Read.Number("status", "currentReplicas"));
    }

    private static (int Ready, int NotReady) Addresses(PracticeStore cluster)
    {
        var subset = cluster.Get(Resources.Endpoints, "api").Read["subsets"]![0];
        return (subset.Items("addresses").Count(), subset.Items("notReadyAddresses").Count());
    }

    private static void Job(PracticeStore cluster, string image, int limit = 6)
    {
        var body = PracticeStore.Workload("migrate", image, 0);
        body["spec"] = new JsonObject { ["backoffLimit"] = limit, ["template"] = body["spec"]!["template"]!.DeepClone() };
        body["spec"]!["template"]!["spec"]!["restartPolicy"] = "Never";
        cluster.Store.Create(Resources.Jobs, body);
    }
}
