using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>What the health test makes of events from before pods were ready, of sidecars, and of the logs of pods that are down.</summary>
public sealed class HealthOfPodsTests(SharedCluster shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readiness_probes_that_failed_before_a_pod_first_became_ready_say_nothing()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0-slow");
        await production.UntilAsync(() => production.List(Resources.Events).Any(item => (string?)item.Read["reason"] == "Unhealthy"));

        var check = await CheckAsync(production, "Test-RollbackHealth api -Since 10m", "Events");

        Assert.True(check.Status == HealthStatus.Passed, $"{check.Message} {string.Join("; ", check.Evidence)}");
    }

    [Fact]
    public async Task A_readiness_probe_that_failed_after_a_pod_was_ready_fails_the_test()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        var pod = production.Pods("api")[0];
        var ready = (string)pod["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "Ready")!["lastTransitionTime"]!;
        await WarnAsync(production, pod, "Pod", "Unhealthy", DateTimeOffset.Parse(ready, CultureInfo.InvariantCulture).AddSeconds(2));

        var check = await CheckAsync(production, "Test-RollbackHealth api", "Events");

        Assert.Equal(HealthStatus.Failed, check.Status);
        Assert.Contains(check.Evidence, line => line.StartsWith($"Unhealthy on pod/{pod["metadata"]!["name"]}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FailedScheduling")]
    [InlineData("Failed")]
    [InlineData("FailedMount")]
    public async Task What_was_said_of_a_pod_before_it_was_ready_does_not_count(string reason)
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        var pod = production.Pods("api")[0];
        await WarnAsync(production, pod, "Pod", reason, DateTimeOffset.Parse((string)pod["metadata"]!["creationTimestamp"]!, CultureInfo.InvariantCulture));

        Assert.Equal([true], (await production.RunAsync("Test-RollbackHealth api -Since 10m -Quiet")).OrThrow().Of<bool>());
    }

    [Fact]
    public async Task A_pod_that_the_quota_refused_before_the_rollout_was_complete_does_not_count()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        var set = production.List(Resources.ReplicaSets).Single().Read;
        await WarnAsync(production, set, "ReplicaSet", "FailedCreate", DateTimeOffset.Parse((string)set["metadata"]!["creationTimestamp"]!, CultureInfo.InvariantCulture));

        Assert.Equal([true], (await production.RunAsync("Test-RollbackHealth api -Since 10m -Quiet")).OrThrow().Of<bool>());
    }

    [Fact]
    public async Task A_native_sidecar_that_keeps_ending_is_seen_by_restarts_and_by_the_history()
    {
        await using var production = await shared.OpenAsync();
        WithSidecar(production, "flap");
        await production.UntilAsync(() => Sidecars(production).Any(status => (int)status["restartCount"]! > 0 && status["state"]?["running"] is not null));

        Assert.Equal(HealthStatus.Failed, (await CheckAsync(production, "Test-RollbackHealth api", "Restarts")).Status);
        Assert.Equal(RevisionHealth.Bad, Assert.Single((await production.RunAsync("Get-ImageHistory api")).OrThrow().Of<ImageRevision>()).Health);
    }

    [Fact]
    public async Task The_last_words_of_a_native_sidecar_that_crashes_are_read()
    {
        await using var production = await shared.OpenAsync();
        WithSidecar(production, "crash");
        await production.UntilAsync(() => Sidecars(production).Any(status => (string?)status["state"]?["waiting"]?["reason"] == "CrashLoopBackOff" && (int)status["restartCount"]! > 0));

        Assert.Equal(HealthStatus.Failed, (await CheckAsync(production, "Test-RollbackHealth api", "Logs")).Status);
    }

    [Fact]
    public async Task The_last_words_of_a_pod_that_crashes_count_beside_pods_that_are_well_however_long_ago_they_were_written()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-crash", "CrashLoopBackOff", replicas: 3);
        var dying = (string)production.Pods("api").First(pod => (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff")["metadata"]!["name"]!;

        var check = await CheckAsync(production, $"Test-RollbackHealth api -Since {DateTimeOffset.UtcNow.AddMinutes(5):yyyy-MM-dd'T'HH:mm:ss'Z'}", "Logs");

        Assert.Equal(HealthStatus.Failed, check.Status);
        Assert.Contains(check.Evidence, line => line.StartsWith($"pod {dying}: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_beyond_the_number_whose_logs_are_read_are_named()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0", replicas: 22);

        var check = await CheckAsync(production, "Test-RollbackHealth api", "Logs");

        Assert.Equal(HealthStatus.Passed, check.Status);
        Assert.Contains("the logs of 2 of 22 pods were not read", check.Message, StringComparison.Ordinal);
        Assert.StartsWith("not read: api-", Assert.Single(check.Evidence), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_events_of_a_namespace_are_asked_for_once_however_many_workloads_are_tested()
    {
        await using var production = await shared.OpenAsync();
        foreach (var name in (string[])["a", "b", "c", "d"]) await production.CreateAsync(name, "1.0", replicas: 1, labels: ", fleet: shop");
        production.AddFault(new FaultRule { Kind = FaultKind.Latency, DelayMilliseconds = 1, Verb = "list", Resource = "events" });

        Assert.Equal([true], (await production.RunAsync("Test-RollbackHealth -Selector fleet=shop -SkipLogs -Quiet")).OrThrow().Of<bool>());

        Assert.Equal(1, production.Struck);
    }

    [Fact]
    public async Task Without_the_right_to_look_nothing_is_said_to_be_ill_and_the_server_names_who_asked()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0");
        var who = $"system:serviceaccount:{production.Namespace}:nobody";

        var check = Assert.Single((await production.RunAsync($"Test-RollbackHealth api -As {who}")).OrThrow().Of<HealthCheck>());

        Assert.Equal(("Exists", HealthStatus.Unknown), (check.Check, check.Status));
        Assert.StartsWith($"user '{who}' may not get ", check.Message, StringComparison.Ordinal);
        Assert.Equal([false], (await production.RunAsync($"Test-RollbackHealth api -As {who} -Quiet")).OrThrow().Of<bool>());
    }

    private static async Task<HealthCheck> CheckAsync(Production production, string line, string check) =>
        (await production.RunAsync(line)).OrThrow().Of<HealthCheck>().Single(one => one.Check == check);

    private static Task WarnAsync(Production production, JsonObject about, string kind, string reason, DateTimeOffset at)
    {
        var time = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var name = (string)about["metadata"]!["name"]!;
        return production.Client.CreateAsync($"/api/v1/namespaces/{production.Namespace}/events", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = $"{name}.{Guid.NewGuid():N}", ["namespace"] = production.Namespace },
            ["involvedObject"] = new JsonObject
            {
                ["kind"] = kind, ["namespace"] = production.Namespace, ["name"] = name, ["uid"] = (string)about["metadata"]!["uid"]!,
            },
            ["type"] = "Warning",
            ["reason"] = reason,
            ["message"] = "said by a test",
            ["firstTimestamp"] = time,
            ["lastTimestamp"] = time,
            ["count"] = 1,
        }, Stop);
    }

    private static void WithSidecar(Production production, string tag) => production.Apply($$"""
        { apiVersion: apps/v1, kind: Deployment, metadata: { name: api, namespace: {{production.Namespace}}, labels: { app: api } },
          spec: { replicas: 1, selector: { matchLabels: { app: api } }, template: { metadata: { labels: { app: api } }, spec: {
            initContainers: [ { name: proxy, image: "shop/proxy:2-{{tag}}", restartPolicy: Always } ], containers: [ { name: app, image: "shop/api:1.0" } ] } } } }
        """);

    private static IEnumerable<JsonNode> Sidecars(Production production) =>
        production.Pods("api").SelectMany(pod => pod["status"]?["initContainerStatuses"]?.AsArray() ?? []).OfType<JsonNode>();
}
