using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Kubernetes.Clients;

/// <summary>The official C# client, which nobody here wrote, works against Practice as it is.</summary>
public sealed class OfficialClientTests(OfficialClientTests.Fixture fixture) : IClassFixture<OfficialClientTests.Fixture>
{
    private readonly string ns = $"official-{Guid.NewGuid():N}"[..20];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IKubernetes Client => fixture.Client;

    [Fact]
    public async Task Objects_are_created_read_replaced_and_deleted_as_their_types()
    {
        await OpenAsync();
        var created = await Client.CoreV1.CreateNamespacedConfigMapAsync(Settings("one", "a"), ns, cancellationToken: Stop);

        created.Data["letter"] = "b";
        var replaced = await Client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "one", ns, cancellationToken: Stop);
        var stale = await Assert.ThrowsAsync<HttpOperationException>(() => Client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "one", ns, cancellationToken: Stop));
        var deleted = await Client.CoreV1.DeleteNamespacedConfigMapAsync("one", ns, cancellationToken: Stop);
        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => Client.CoreV1.ReadNamespacedConfigMapAsync("one", ns, cancellationToken: Stop));

        Assert.Equal("b", replaced.Data["letter"]);
        Assert.NotEqual(created.Metadata.ResourceVersion, replaced.Metadata.ResourceVersion);
        Assert.Equal(HttpStatusCode.Conflict, stale.Response.StatusCode);
        Assert.Equal("Success", deleted.Status);
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    [Fact]
    public async Task A_list_comes_in_pages_and_by_selector()
    {
        await OpenAsync();
        foreach (var name in new[] { "a", "b", "c" }) await Client.CoreV1.CreateNamespacedConfigMapAsync(Settings(name, name), ns, cancellationToken: Stop);

        var first = await Client.CoreV1.ListNamespacedConfigMapAsync(ns, labelSelector: "app=web", limit: 2, cancellationToken: Stop);
        var rest = await Client.CoreV1.ListNamespacedConfigMapAsync(ns, labelSelector: "app=web", limit: 2, continueParameter: first.Metadata.ContinueProperty, cancellationToken: Stop);
        var named = await Client.CoreV1.ListNamespacedConfigMapAsync(ns, fieldSelector: "metadata.name=b", cancellationToken: Stop);

        Assert.Equal(["a", "b", "c"], first.Items.Concat(rest.Items).Select(item => item.Metadata.Name));
        Assert.Equal("b", Assert.Single(named.Items).Metadata.Name);
    }

    [Fact]
    public async Task A_watch_tells_what_happens()
    {
        await OpenAsync();
        var before = await Client.CoreV1.ListNamespacedConfigMapAsync(ns, cancellationToken: Stop);
        await Client.CoreV1.CreateNamespacedConfigMapAsync(Settings("seen", "a"), ns, cancellationToken: Stop);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("seen", ns, cancellationToken: Stop);
        List<(WatchEventType, string)> events = [];

        var watching = Client.CoreV1.WatchListNamespacedConfigMapAsync(
            ns, fieldSelector: "metadata.name=seen", resourceVersion: before.Metadata.ResourceVersion, cancellationToken: Stop);
        await foreach (var (type, item) in watching)
        {
            events.Add((type, item.Metadata.Name));
            if (type == WatchEventType.Deleted) break;
        }

        Assert.Equal([(WatchEventType.Added, "seen"), (WatchEventType.Deleted, "seen")], events);
    }

    [Theory]
    [InlineData(V1Patch.PatchType.JsonPatch, """[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"shop/web:2.0"}]""")]
    [InlineData(V1Patch.PatchType.MergePatch, """{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"shop/web:2.0"}]}}}}""")]
    [InlineData(V1Patch.PatchType.StrategicMergePatch, """{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"shop/web:2.0"}]}}}}""")]
    public async Task Each_kind_of_patch_changes_the_image(V1Patch.PatchType type, string body)
    {
        await OpenAsync();
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Web(), ns, cancellationToken: Stop);

        var patched = await Client.AppsV1.PatchNamespacedDeploymentAsync(new V1Patch(body, type), "web", ns, cancellationToken: Stop);

        Assert.Equal("shop/web:2.0", patched.Spec.Template.Spec.Containers[0].Image);
    }

    [Fact]
    public async Task Server_side_apply_meets_another_manager()
    {
        await OpenAsync();
        await ApplyAsync("a", "first");

        var refused = await Assert.ThrowsAsync<HttpOperationException>(() => ApplyAsync("b", "second"));
        var forced = await ApplyAsync("b", "second", force: true);

        Assert.Equal(HttpStatusCode.Conflict, refused.Response.StatusCode);
        Assert.Contains("conflict with \\\"first\\\"", refused.Response.Content, StringComparison.Ordinal);
        Assert.Equal("b", forced.Data["letter"]);

        Task<V1ConfigMap> ApplyAsync(string letter, string manager, bool force = false) => Client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch(KubernetesJson.Serialize(Settings("applied", letter)), V1Patch.PatchType.ApplyPatch), "applied", ns,
            fieldManager: manager, force: force, cancellationToken: Stop);
    }

    [Fact]
    public async Task A_lease_keeps_its_microseconds_and_belongs_to_one()
    {
        await OpenAsync();
        var now = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1234560);
        var lease = new V1Lease { Metadata = new V1ObjectMeta { Name = "lock" }, Spec = new V1LeaseSpec { HolderIdentity = "ann", RenewTime = now } };

        var created = await Client.CoordinationV1.CreateNamespacedLeaseAsync(lease, ns, cancellationToken: Stop);
        var second = await Assert.ThrowsAsync<HttpOperationException>(() => Client.CoordinationV1.CreateNamespacedLeaseAsync(lease, ns, cancellationToken: Stop));

        Assert.Equal(now, created.Spec.RenewTime);
        Assert.Equal(HttpStatusCode.Conflict, second.Response.StatusCode);
    }

    [Fact]
    public async Task What_a_container_said_can_be_read()
    {
        await OpenAsync();
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Web(), ns, cancellationToken: Stop);
        await fixture.Cluster.WaitUntilAsync(
            () => fixture.Cluster.Store.List(Resources.Pods, ns).Items.Any(item => (string?)item.Read["status"]?["phase"] == "Running"), TimeSpan.FromSeconds(60), Stop);
        var pod = Assert.Single((await Client.CoreV1.ListNamespacedPodAsync(ns, cancellationToken: Stop)).Items);

        await using var log = await Client.CoreV1.ReadNamespacedPodLogAsync(pod.Metadata.Name, ns, container: "app", cancellationToken: Stop);
        using StreamReader reader = new(log);

        Assert.NotEqual("", await reader.ReadToEndAsync(Stop));
    }

    private static V1ConfigMap Settings(string name, string letter) => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["app"] = "web" } },
        Data = new Dictionary<string, string> { ["letter"] = letter },
    };

    private static V1Deployment Web() => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = new V1ObjectMeta { Name = "web" },
        Spec = new V1DeploymentSpec
        {
            Replicas = 1,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "web" } },
                Spec = new V1PodSpec { Containers = [new V1Container { Name = "app", Image = "shop/web:1.0" }] },
            },
        },
    };

    private Task OpenAsync() =>
        Client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = ns } }, cancellationToken: Stop);

    /// <summary>One cluster and one client for the tests of this class.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private PracticeCluster? cluster;
        private k8s.Kubernetes? client;

        internal PracticeCluster Cluster => cluster!;

        internal IKubernetes Client => client!;

        public async ValueTask InitializeAsync()
        {
            cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Traffic = false }, TestContext.Current.CancellationToken);
            client = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(cluster.Kubeconfig)));
        }

        public async ValueTask DisposeAsync()
        {
            client?.Dispose();
            if (cluster is not null) await cluster.DisposeAsync();
        }
    }
}
