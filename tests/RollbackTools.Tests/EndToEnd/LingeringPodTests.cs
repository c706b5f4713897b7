using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>A pod that was deleted and does not go holds up a workload that waits for it; nothing in the workload's status says so.</summary>
public sealed class LingeringPodTests(SharedCluster shared)
{
    private const string Finalizer = "example.com/hold";

    [Theory]
    [InlineData("Deployment", "strategy: { type: Recreate },")]
    [InlineData("StatefulSet", "serviceName: api,")]
    public async Task It_is_named_with_what_holds_it_while_waiting_and_at_the_end(string kind, string more)
    {
        await using var production = await shared.OpenAsync();
        var type = kind == "Deployment" ? Resources.Deployments : Resources.StatefulSets;
        Apply(production, kind, more, "1.0", finalizers: "");
        await production.CompleteAsync("api", type);
        production.Age("api", TimeSpan.FromDays(2));
        Apply(production, kind, more, "2.0-crash", finalizers: Finalizer);
        await production.UntilAsync(() => production.Pods("api").Any(pod => (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff"));
        try
        {
            var output = await production.RunAsync("Invoke-ImageRollback api -Timeout 8s");

            var result = Assert.Single(output.Of<RollbackResult>());
            Assert.Equal((RollbackOutcome.Failed, "Timeout"), (result.Outcome, result.ErrorId));
            var stuck = Assert.Single(production.Pods("api"), pod => pod["metadata"]!["deletionTimestamp"] is not null);
            var words = $"pod {stuck["metadata"]!["name"]} is stuck Terminating, held by its finalizer {Finalizer}";
            Assert.Contains(words, result.Message, StringComparison.Ordinal);
            Assert.Equal($"kubectl describe pod {stuck["metadata"]!["name"]} -n {production.Namespace}", result.NextStep);
            Assert.Contains(output.Progress, report => report.Status.Contains(words, StringComparison.Ordinal));
        }
        finally
        {
            foreach (var pod in production.Pods("api"))
                production.Change((string)pod["metadata"]!["name"]!, body => body["metadata"]!.AsObject().Remove("finalizers"), Resources.Pods);
        }

        await production.CompleteAsync("api", type);
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
    }

    [Fact]
    public async Task A_pod_that_still_drains_is_not_one_that_is_back()
    {
        await using var production = await shared.OpenAsync();
        Apply(production, "StatefulSet", "serviceName: api,", "1.0", finalizers: Finalizer);
        await production.CompleteAsync("api", Resources.StatefulSets);
        production.Age("api", TimeSpan.FromDays(2));
        Apply(production, "StatefulSet", "serviceName: api,", "2.0-crash", finalizers: Finalizer);
        await production.UntilAsync(() => production.Pods("api").Any(pod => pod["metadata"]!["deletionTimestamp"] is not null));
        try
        {
            // Its controller counts it as ready, and it is of the version to go back to.
            var result = Assert.Single((await production.RunAsync("Invoke-ImageRollback api -Timeout 8s")).Of<RollbackResult>());

            Assert.Equal((RollbackOutcome.Failed, "Timeout"), (result.Outcome, result.ErrorId));
            Assert.Contains("1 of them Terminating and still to be replaced", result.Message, StringComparison.Ordinal);
            Assert.Contains($"held by its finalizer {Finalizer}", result.Message, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var pod in production.Pods("api"))
                production.Change((string)pod["metadata"]!["name"]!, body => body["metadata"]!.AsObject().Remove("finalizers"), Resources.Pods);
        }

        await production.CompleteAsync("api", Resources.StatefulSets);
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
        foreach (var pod in production.Pods("api"))
            production.Change((string)pod["metadata"]!["name"]!, body => body["metadata"]!.AsObject().Remove("finalizers"), Resources.Pods);
    }

    private static void Apply(Production production, string kind, string more, string tag, string finalizers) => production.Apply($$"""
        { apiVersion: apps/v1, kind: {{kind}}, metadata: { name: api, namespace: {{production.Namespace}}, labels: { app: api } },
          spec: { replicas: 1, {{more}} selector: { matchLabels: { app: api } }, template: { metadata: { labels: { app: api }, finalizers: [{{finalizers}}] },
            spec: { containers: [ { name: app, image: "shop/api:{{tag}}" } ] } } } }
        """);
}
