using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Tests.Practice.Kubernetes.Controllers;

namespace RollbackTools.Tests.Practice.Kubernetes.Kubelet;

public sealed class PodLifecycleTests
{
    [Fact]
    public async Task A_healthy_pod_is_scheduled_pulled_created_started_and_ready()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41");
        await cluster.RunAsync(1);
        Assert.Equal("ContainerCreating", Waiting(cluster));
        Assert.Equal("False", Ready(cluster));

        await cluster.RunAsync(30);
        var pod = cluster.Get(Resources.Pods, "api");
        Assert.Equal("Running", pod.Phase());
        Assert.Equal("True", Ready(cluster));
        Assert.Equal($"registry.example/api@{ImageCatalogue.DigestOf("registry.example/api", "41")}", Status(cluster).Text("imageID"));
        Assert.NotNull(pod.Read.Text("status", "podIP"));
        Assert.Equal([$"Successfully assigned prod/api to {pod.Read.Text("spec", "nodeName")}"], cluster.EventsOf("api", "Scheduled"));
        Assert.Equal(["Container created"], cluster.EventsOf("api", "Created"));
        Assert.Equal(["Container started"], cluster.EventsOf("api", "Started"));
        Assert.Contains("Pulling image \"registry.example/api:41\"", cluster.EventsOf("api", "Pulling"));
        Assert.Contains(cluster.EventsOf("api", "Pulled"), message => message.StartsWith("Successfully pulled image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_is_pulled_once_to_a_node()
    {
        await using PracticeStore cluster = new(nodes: 1);
        Pod(cluster, "registry.example/api:41");
        await cluster.RunAsync(30);
        Pod(cluster, "registry.example/api:41", name: "second");
        await cluster.RunAsync(30);
        Assert.Empty(cluster.EventsOf("second", "Pulling"));
        Assert.Contains("Container image \"registry.example/api:41\" already present on machine and can be accessed by the pod",
            cluster.EventsOf("second", "Pulled"));
    }

    [Fact]
    public async Task A_crashing_container_restarts_once_then_backs_off_longer_each_time()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:crash");
        await cluster.RunUntilAsync(() => Waiting(cluster) == "CrashLoopBackOff");
        var pod = cluster.Get(Resources.Pods, "api");
        Assert.Equal(1, Status(cluster).Number("restartCount"));
        Assert.Equal(2, Status(cluster).Number("lastState", "terminated", "exitCode"));
        Assert.Equal($"back-off 10s restarting failed container=app pod=api_prod({pod.Uid()})", Status(cluster).Text("state", "waiting", "message"));
        Assert.Contains($"Back-off restarting failed container app in pod api_prod({pod.Uid()})", cluster.EventsOf("api", "BackOff"));
        Assert.Equal("Running", pod.Phase());

        await cluster.RunUntilAsync(() => Status(cluster).Number("restartCount") == 6 && Waiting(cluster) == "CrashLoopBackOff", within: 900);
        Assert.Contains("back-off 5m0s", Status(cluster).Text("state", "waiting", "message"));
    }

    [Fact]
    public async Task A_leaking_container_is_ready_until_it_is_killed_for_its_memory()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:leak");
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
        await cluster.RunUntilAsync(() => Status(cluster).Number("restartCount") == 1);
        Assert.Equal("OOMKilled", Status(cluster).Text("lastState", "terminated", "reason"));
        Assert.Equal(137, Status(cluster).Number("lastState", "terminated", "exitCode"));
    }

    [Fact]
    public async Task An_image_that_no_registry_has_backs_off_and_comes_up_once_it_is_pushed()
    {
        await using PracticeStore cluster = new();
        cluster.Images.Push("registry.example/api", "41");
        Pod(cluster, "registry.example/api:42");
        await cluster.RunUntilAsync(() => Waiting(cluster) == "ErrImagePull");
        Assert.Contains("not found", Status(cluster).Text("state", "waiting", "message"));
        await cluster.RunUntilAsync(() => Waiting(cluster) == "ImagePullBackOff");
        Assert.Contains("Back-off pulling image \"registry.example/api:42\"", cluster.EventsOf("api", "BackOff"));
        Assert.Contains("Error: ImagePullBackOff", cluster.EventsOf("api", "Failed"));
        Assert.Equal("Pending", cluster.Get(Resources.Pods, "api").Phase());

        cluster.Images.Push("registry.example/api", "42");
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
    }

    [Theory]
    [InlineData("""{"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"settings","key":"a"}}}]}""", "configmap \"settings\" not found")]
    [InlineData("""{"envFrom":[{"secretRef":{"name":"settings"}}]}""", "secret \"settings\" not found")]
    public async Task A_missing_reference_in_the_environment_is_a_config_error_until_it_appears(string environment, string message)
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41", container: environment);
        await cluster.RunUntilAsync(() => Waiting(cluster) == "CreateContainerConfigError");
        Assert.Equal(message, Status(cluster).Text("state", "waiting", "message"));
        Assert.Contains($"Error: {message}", cluster.EventsOf("api", "Failed"));

        var settings = JsonNode.Parse("""{"metadata":{"name":"settings","namespace":"prod"},"data":{"a":"MQ=="}}""")!.AsObject();
        cluster.Store.Create(message.StartsWith("secret", StringComparison.Ordinal) ? Resources.Secrets : Resources.ConfigMaps, settings);
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
    }

    [Fact]
    public async Task A_key_missing_in_a_config_map_is_named()
    {
        await using PracticeStore cluster = new();
        cluster.Store.Create(Resources.ConfigMaps, JsonNode.Parse("""{"metadata":{"name":"settings","namespace":"prod"},"data":{}}""")!.AsObject());
        Pod(cluster, "registry.example/api:41", container: """{"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"settings","key":"a"}}}]}""");
        await cluster.RunUntilAsync(() => Waiting(cluster) == "CreateContainerConfigError");
        Assert.Equal("couldn't find key a in ConfigMap prod/settings", Status(cluster).Text("state", "waiting", "message"));
    }

    [Fact]
    public async Task A_missing_volume_source_keeps_the_container_creating_until_it_appears()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41", spec: """{"volumes":[{"name":"conf","configMap":{"name":"settings"}}]}""");
        await cluster.RunAsync(60);
        Assert.Equal("ContainerCreating", Waiting(cluster));
        Assert.Contains("MountVolume.SetUp failed for volume \"conf\" : configmap \"settings\" not found", cluster.EventsOf("api", "FailedMount"));
        cluster.Store.Create(Resources.ConfigMaps, JsonNode.Parse("""{"metadata":{"name":"settings","namespace":"prod"}}""")!.AsObject());
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
    }

    [Fact]
    public async Task A_slow_image_is_ready_after_its_time_and_says_so_meanwhile()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:slow");
        await cluster.RunAsync(25);
        Assert.Equal("False", Ready(cluster));
        Assert.Contains("Readiness probe failed: HTTP probe failed with statuscode: 503", cluster.EventsOf("api", "Unhealthy"));
        await cluster.RunAsync(20);
        Assert.Equal("True", Ready(cluster));
    }

    [Fact]
    public async Task A_native_sidecar_starts_before_the_others_and_is_restarted_while_they_run()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41", spec: """{"initContainers":[{"name":"proxy","image":"registry.example/proxy:leak","restartPolicy":"Always"}]}""");
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");

        await cluster.RunUntilAsync(() => Sidecar(cluster).Number("restartCount") == 1);
        Assert.Equal("OOMKilled", Sidecar(cluster).Text("lastState", "terminated", "reason"));
        Assert.Equal(0, Status(cluster).Number("restartCount"));
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
        Assert.Equal("Running", cluster.Get(Resources.Pods, "api").Phase());
    }

    [Fact]
    public async Task A_pod_whose_native_sidecar_crashes_is_never_ready_though_its_container_runs()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41", spec: """{"initContainers":[{"name":"proxy","image":"registry.example/proxy:crash","restartPolicy":"Always"}]}""");
        await cluster.RunUntilAsync(() => Sidecar(cluster).Text("state", "waiting", "reason") == "CrashLoopBackOff");

        Assert.NotNull(Status(cluster).At("state", "running"));
        Assert.Equal("False", Ready(cluster));
    }

    [Fact]
    public async Task A_pod_that_somebody_else_declares_ended_stays_so_and_its_containers_are_over()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:leak");
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
        cluster.Store.Update(Resources.Pods, PracticeStore.Ns, "api", body =>
        {
            body["status"]!["phase"] = "Failed";
            body["status"]!["reason"] = "Evicted";
            return true;
        });

        await cluster.RunAsync(300);

        Assert.Equal(("Failed", 0), (cluster.Get(Resources.Pods, "api").Phase(), Status(cluster).Number("restartCount")));
    }

    [Fact]
    public async Task A_pod_with_a_finalizer_stays_terminating_until_it_is_let_go()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41");
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
        Finalizers(["example.com/hold"]);
        cluster.Store.Delete(Resources.Pods, PracticeStore.Ns, "api", graceSeconds: 30);
        await cluster.RunAsync(60);
        Assert.Equal(0, cluster.Get(Resources.Pods, "api").Read.Number("metadata", "deletionGracePeriodSeconds"));

        Finalizers([]);
        await cluster.SettleAsync();

        Assert.Null(cluster.Store.Find(Resources.Pods, PracticeStore.Ns, "api"));

        void Finalizers(string[] names) => cluster.Store.Update(Resources.Pods, PracticeStore.Ns, "api", body =>
        {
            body["metadata"]!["finalizers"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]);
            return true;
        });
    }

    [Fact]
    public async Task A_deleted_pod_stops_gracefully_and_goes()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41");
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
        cluster.Store.Delete(Resources.Pods, PracticeStore.Ns, "api", graceSeconds: 30);
        await cluster.SettleAsync();
        Assert.Contains("Stopping container app", cluster.EventsOf("api", "Killing"));
        Assert.True(cluster.Get(Resources.Pods, "api").Deleting());
        await cluster.RunUntilAsync(() => cluster.Store.Find(Resources.Pods, PracticeStore.Ns, "api") is null, within: 30);
    }

    [Fact]
    public async Task Init_containers_run_to_their_end_first()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:41", spec: """{"initContainers":[{"name":"migrate","image":"registry.example/migrate:1"}]}""");
        await cluster.RunAsync(1);
        Assert.Equal("PodInitializing", Waiting(cluster));
        Assert.Equal("False", cluster.Get(Resources.Pods, "api").Condition("Initialized").Text("status"));
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
        var init = cluster.Get(Resources.Pods, "api").Read.Items("status", "initContainerStatuses").Single();
        Assert.Equal("Completed", init.Text("state", "terminated", "reason"));
    }

    [Fact]
    public async Task A_pod_without_a_fitting_node_says_why_and_is_scheduled_when_one_joins()
    {
        await using PracticeStore cluster = new(nodes: 1);
        Pod(cluster, "registry.example/api:41", spec: """{"nodeSelector":{"disk":"fast"}}""");
        await cluster.RunAsync(5);
        Assert.Equal("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
            cluster.Get(Resources.Pods, "api").Condition("PodScheduled").Text("message"));
        cluster.Store.Create(Resources.Nodes, JsonNode.Parse("""{"metadata":{"name":"fast-1","labels":{"disk":"fast"}}}""")!.AsObject());
        await cluster.RunUntilAsync(() => Ready(cluster) == "True");
    }

    [Fact]
    public async Task The_log_of_a_crashed_container_ends_in_its_panic_and_is_the_previous_one_after_the_restart()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:crash");
        await cluster.RunUntilAsync(() => cluster.Get(Resources.Pods, "api").Read.Items("status", "containerStatuses").Any());
        await Assert.ThrowsAsync<PodLogsUnavailableException>(() => Lines(cluster, new PodLogRequest("prod", "api", "app")));

        await cluster.RunUntilAsync(() => Status(cluster).Number("restartCount") == 1 && Status(cluster).At("state", "running") is not null);
        var previous = await Lines(cluster, new PodLogRequest("prod", "api", "app") { Previous = true });
        Assert.Contains(previous, line => line.Text.StartsWith("panic: ", StringComparison.Ordinal));
        var current = await Lines(cluster, new PodLogRequest("prod", "api", "app"));
        Assert.DoesNotContain(current, line => line.Text.StartsWith("panic: ", StringComparison.Ordinal));
        Assert.Single(await Lines(cluster, new PodLogRequest("prod", "api", "app") { TailLines = 1 }));
        Assert.Empty(await Lines(cluster, new PodLogRequest("prod", "api", "app") { Since = cluster.Clock.GetUtcNow().AddSeconds(1) }));
    }

    [Fact]
    public async Task A_followed_log_ends_when_the_container_does()
    {
        await using PracticeStore cluster = new();
        Pod(cluster, "registry.example/api:crash");
        await cluster.RunUntilAsync(() => Status(cluster).At("state", "running") is not null);
        var following = Lines(cluster, new PodLogRequest("prod", "api", "app") { Follow = true });
        Assert.False(following.IsCompleted);
        await cluster.RunUntilAsync(() => Status(cluster).At("state", "terminated") is not null);
        Assert.Contains(await following, line => line.Text == "goroutine 1 [running]:");
    }

    private static async Task<List<PodLogLine>> Lines(PracticeStore cluster, PodLogRequest request)
    {
        List<PodLogLine> lines = [];
        await foreach (var line in cluster.Logs.Read(request, TestContext.Current.CancellationToken)) lines.Add(line);
        return lines;
    }

    private static void Pod(PracticeStore cluster, string image, string name = "api", string container = "{}", string spec = "{}")
    {
        var app = JsonNode.Parse(container)!.AsObject();
        app["name"] = "app";
        app["image"] = image;
        var body = JsonNode.Parse(spec)!.AsObject();
        body["containers"] = new JsonArray(app);
        cluster.Store.Create(Resources.Pods, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = PracticeStore.Ns },
            ["spec"] = body,
            ["status"] = new JsonObject { ["phase"] = "Pending" },
        });
    }

    private static JsonObject? Status(PracticeStore cluster) =>
        cluster.Get(Resources.Pods, "api").Read.Items("status", "containerStatuses").FirstOrDefault();

    private static string? Waiting(PracticeStore cluster) => Status(cluster).Text("state", "waiting", "reason");

    private static JsonObject? Sidecar(PracticeStore cluster) => cluster.Get(Resources.Pods, "api").Read.Items("status", "initContainerStatuses").FirstOrDefault();

    private static string? Ready(PracticeStore cluster) => cluster.Get(Resources.Pods, "api").Condition("Ready").Text("status");
}
