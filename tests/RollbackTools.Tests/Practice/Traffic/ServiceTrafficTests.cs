using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.Traffic;

namespace RollbackTools.Tests.Practice.Traffic;

public sealed class ServiceTrafficTests
{
    private const string Shop =
        """
        kind: Namespace
        metadata: { name: shop }
        ---
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { selector: { app: web }, ports: [{ port: 80 }] }
        ---
        kind: Deployment
        metadata: { name: web, namespace: shop }
        spec:
          replicas: 2
          strategy: { type: Recreate }
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec: { containers: [{ name: web, image: "registry.example/web:v1" }] }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_says_which_version_answers_and_the_service_says_where_it_is()
    {
        await using var cluster = await StartAsync();
        using HttpClient client = new();
        var health = await client.GetFromJsonAsync<JsonObject>(new Uri(Url(cluster), "/health"), Cancellation);
        Assert.Equal("""{"status":"ok","database":"ok","version":"v1"}""", health!.ToJsonString());
        Assert.Equal(cluster.Services["shop/web"].GetLeftPart(UriPartial.Authority),
            cluster.Store.Find(Resources.Services, "shop", "web")!.Annotation(ServiceRouter.UrlAnnotation));
    }

    [Fact]
    public async Task Nobody_answers_while_no_pod_is_ready()
    {
        await using var cluster = await StartAsync();
        using HttpClient client = new();
        cluster.Operator.SetImage(Resources.Deployments, "shop", "web", "registry.example/web:crash");
        await cluster.WaitUntilAsync(() => !cluster.Store.List(Resources.Pods, "shop").Items.Any(pod => pod.PodReady() && !pod.Deleting()), Patience, Cancellation);
        await cluster.SettleAsync(Cancellation);
        foreach (var path in (string[])["/health", "/ready", "/"])
        {
            using var answer = await client.GetAsync(new Uri(Url(cluster), path), Cancellation);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_failing_image_fails_some_requests_and_logs_them()
    {
        await using var cluster = await StartAsync();
        cluster.Images.Push("registry.example/shop", "v1", new ImageBehaviour.ErrorRate(0.5));
        cluster.Operator.SetImage(Resources.Deployments, "shop", "web", "registry.example/shop:v1");
        await cluster.WaitUntilAsync(() => cluster.Store.List(Resources.Pods, "shop").Items.Count(pod => pod.PodReady() && !pod.Deleting() && Image(pod) == "registry.example/shop:v1") == 2, Patience, Cancellation);
        await cluster.SettleAsync(Cancellation);

        using HttpClient client = new();
        List<HttpStatusCode> codes = [];
        for (var i = 0; i < 60; i++)
        {
            using var answer = await client.GetAsync(new Uri(Url(cluster), "/orders"), Cancellation);
            codes.Add(answer.StatusCode);
        }

        Assert.InRange(codes.Count(code => code == HttpStatusCode.InternalServerError), 10, 50);
        Assert.Contains(HttpStatusCode.OK, codes);
        var errors = 0;
        foreach (var pod in cluster.Store.List(Resources.Pods, "shop").Items)
        {
            var requests = 0;
            await foreach (var line in cluster.Logs.Read(new PodLogRequest("shop", pod.Name, "web"), Cancellation))
            {
                if (line.Text.Contains("msg=\"request\"", StringComparison.Ordinal)) requests++;
                if (line.Text.Contains("msg=\"unhandled error\"", StringComparison.Ordinal)) errors++;
            }

            Assert.Equal(30, requests);
        }

        Assert.Equal(codes.Count(code => code == HttpStatusCode.InternalServerError), errors);
    }

    [Fact]
    public async Task A_deleted_service_stops_listening()
    {
        await using var cluster = await StartAsync();
        cluster.Store.Delete(Resources.Services, "shop", "web");
        await cluster.SettleAsync(Cancellation);
        Assert.Empty(cluster.Services);
    }

    private static async Task<PracticeCluster> StartAsync()
    {
        var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions(), Cancellation);
        cluster.Operator.Apply(Shop);
        await cluster.WaitUntilAsync(() => cluster.Services.ContainsKey("shop/web")
            && cluster.Store.List(Resources.Pods, "shop").Items.Count(pod => pod.PodReady()) == 2, Patience, Cancellation);
        await cluster.SettleAsync(Cancellation);
        return cluster;
    }

    private static Uri Url(PracticeCluster cluster) => cluster.Services["shop/web"];

    private static string Image(StoredObject pod) => pod.Read.Items("spec", "containers").First().Text("image")!;
}
