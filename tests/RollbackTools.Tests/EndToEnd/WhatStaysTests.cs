using System.Text.Json.Nodes;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>A rollback changes the pod template and the record of it; kubectl's undo loses the rest (reference: kubectl rollout undo, step 9).</summary>
public sealed class WhatStaysTests(SharedCluster shared)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    [Fact]
    public async Task Annotations_added_since_stay()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        await production.Client.PatchAsync(
            $"/apis/apps/v1/namespaces/{production.Namespace}/deployments/api",
            JsonNode.Parse("""{"metadata":{"annotations":{"team":"core","pager":"on"}}}""")!, ClusterClient.MergePatch, TestContext.Current.CancellationToken);

        await production.RollBackAsync("Invoke-ImageRollback api");

        Assert.Equal(("core", "on"), (production.Annotation("api", "team"), production.Annotation("api", "pager")));
    }

    [Fact]
    public async Task The_replicas_an_autoscaler_chose_stay()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        production.Scale("api", 5);
        await production.CompleteAsync("api");

        await production.RollBackAsync("Invoke-ImageRollback api");

        Assert.Equal(5, (int)production.Get("api")["spec"]!["replicas"]!);
        Assert.Equal(5, production.Pods("api").Count(pod => pod["metadata"]!["deletionTimestamp"] is null));
    }

    [Fact]
    public async Task Last_applied_tells_what_runs_now()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");

        await production.RollBackAsync("Invoke-ImageRollback api");

        var remembered = JsonNode.Parse(production.Annotation("api", LastApplied)!)!;
        Assert.Equal("shop/api:1.0", (string)remembered["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!);
    }

    [Fact]
    public async Task A_sidecar_of_the_bad_release_goes_and_does_not_come_back_with_the_next_apply()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        var good = Manifest(production, "1.0", "");
        await Kubectl.RunAsync(production, "apply -f -", good);
        await production.CompleteAsync("api");
        production.Age("api", TimeSpan.FromDays(2));
        await Kubectl.RunAsync(production, "apply -f -", Manifest(production, "2.0-errors", ", { name: tracer, image: shop/tracer }"));
        await production.CompleteAsync("api");

        await production.RollBackAsync("Invoke-ImageRollback api");
        var said = await Kubectl.RunAsync(production, "apply -f -", good);

        Assert.Single(production.Get("api")["spec"]!["template"]!["spec"]!["containers"]!.AsArray());
        Assert.Equal("shop/api:1.0", production.Image("api"));
        Assert.StartsWith("deployment.apps/api ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Applying_the_manifest_that_runs_again_rolls_nothing_out()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        var good = Manifest(production, "1.0", "");
        await Kubectl.RunAsync(production, "apply -f -", good);
        await production.CompleteAsync("api");
        production.Age("api", TimeSpan.FromDays(2));
        await Kubectl.RunAsync(production, "apply -f -", Manifest(production, "2.0-errors", ""));
        await production.CompleteAsync("api");
        await production.RollBackAsync("Invoke-ImageRollback api");
        var generation = (int)production.Get("api")["metadata"]!["generation"]!;

        await Kubectl.RunAsync(production, "apply -f -", good);

        Assert.Equal(generation, (int)production.Get("api")["metadata"]!["generation"]!);
    }

    private static string Manifest(Production production, string tag, string sidecar) =>
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api, namespace: {{production.Namespace}}, labels: { app: api } }
        spec:
          replicas: 2
          selector: { matchLabels: { app: api } }
          template:
            metadata: { labels: { app: api } }
            spec:
              containers: [{ name: app, image: "shop/api:{{tag}}" }{{sidecar}}]
        """;
}
