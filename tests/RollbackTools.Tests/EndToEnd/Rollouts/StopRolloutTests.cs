using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>Aborting gives the traffic back and is no rollback; both are said.</summary>
public sealed class StopRolloutTests(RolloutCluster shared)
{
    [Fact]
    public async Task The_traffic_is_with_the_stable_version_when_it_returns_and_it_says_what_comes_next()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();

        var result = await shop.DoAsync("Stop-ArgoRollout catalog -Reason INC-1");

        Assert.Equal((RollbackOutcome.Changed, "shop/catalog:2.0-errors", "shop/catalog:1.0"), (result.Outcome, result.From, result.To));
        Assert.Equal(["shop/catalog:1.0"], shop.Running);
        Assert.Equal("shop/catalog:2.0-errors", shop.Image);
        Assert.Contains("no rollback", result.Message, StringComparison.Ordinal);
        Assert.Equal($"Undo-ArgoRollout catalog -Namespace {shop.Production.Namespace}", result.NextStep);

        var report = await shop.ReportAsync();
        Assert.Equal((RolloutPhase.Degraded, true, true, 0), (report.Phase, report.Aborted, report.AsksForAborted, report.Weight));
        Assert.StartsWith("aborted, not rolled back: revision 1 serves", report.Standing, StringComparison.Ordinal);

        Assert.Equal(RollbackOutcome.RolledBack, (await shop.DoAsync(result.NextStep!)).Outcome);
        Assert.Equal(("shop/catalog:1.0", "Healthy"), (shop.Image, shop.Phase));
    }

    [Fact]
    public async Task With_a_router_the_weight_is_what_counts_and_not_the_pods_that_wait_to_be_scaled_down()
    {
        const string strategy = "canary: { canaryService: canary, stableService: stable, trafficRouting: { nginx: { stableIngress: shop } }, steps: [{ setWeight: 25 }, { pause: {} }] }";
        await using var shop = await shared.OpenAsync();
        shop.Services("canary", "stable");
        shop.Production.Apply($$"""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: shop, namespace: {{shop.Production.Namespace}} }
            spec:
              ingressClassName: nginx
              rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: stable, port: { number: 80 } } } }] } }]
            """);
        await shop.MidCanaryAsync(strategy: strategy);
        Assert.Equal(25, (await shop.ReportAsync()).Weight);

        var result = await shop.DoAsync("Stop-ArgoRollout catalog");

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.Equal(0, (int)shop.Rollout["status"]!["canary"]!["weights"]!["canary"]!["weight"]!);
    }

    [Fact]
    public async Task Asked_twice_it_says_already_there_and_what_comes_next()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        await shop.DoAsync("Stop-ArgoRollout catalog");

        var again = await shop.DoAsync("Stop-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.AlreadyThere, $"Undo-ArgoRollout catalog -Namespace {shop.Production.Namespace}"), (again.Outcome, again.NextStep));
    }

    [Fact]
    public async Task After_a_complete_rollout_it_changes_nothing_and_says_the_way_back()
    {
        await using var shop = await shared.OpenAsync();
        await shop.CompletedAsync();

        var result = await shop.DoAsync("Stop-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.AlreadyThere, $"Undo-ArgoRollout catalog -Namespace {shop.Production.Namespace}"), (result.Outcome, result.NextStep));
        Assert.Contains("aborting does nothing", result.Message, StringComparison.Ordinal);
        Assert.StartsWith("Nothing was aborted: shop/catalog:", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Null(shop.Rollout["status"]!["abort"]);
    }

    [Theory]
    [InlineData("Stop-ArgoRollout catalog")]
    [InlineData("Resume-ArgoRollout catalog")]
    public async Task A_first_version_that_never_became_available_is_not_called_stable(string line)
    {
        await using var shop = await shared.OpenAsync();
        await shop.ShipAsync(shop.Manifest("1.0-crash"), () => (int?)shop.Rollout["status"]?["updatedReplicas"] == 4);

        var output = await shop.RunAsync(line);

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Failed, "NothingStable"), (result.Outcome, result.ErrorId));
        Assert.Contains("shop/catalog:1.0-crash is its first and never became available", result.Message, StringComparison.Ordinal);
        Assert.Contains("There is nothing to go back to.", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stable_version_that_is_not_well_any_more_is_not_said_to_serve_everybody()
    {
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0"));
        await shop.ChangeAsync(body => body["spec"]!["restartAt"] = "2999-01-01T00:00:00Z");
        await shop.Production.UntilAsync(() => shop.Phase == "Progressing");

        var result = await shop.DoAsync("Stop-ArgoRollout catalog");

        Assert.Equal(RollbackOutcome.AlreadyThere, result.Outcome);
        Assert.Contains("is the stable version, though Progressing: rollout is restarting", result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("serves everybody", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taken_back_it_is_a_retry()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        var result = await shop.DoAsync("Stop-ArgoRollout catalog");

        Assert.Equal(RollbackOutcome.Undone, (await shop.DoAsync($"Undo-RollbackRun {result.RunId}")).Outcome);
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");
    }

    [Fact]
    [PracticeOnly("a kind Rollout as it was defined before 0.10")]
    public async Task Where_the_kind_has_no_status_subresource_it_is_written_to_the_object()
    {
        var cluster = await RolloutCluster.StartAsync(new RolloutsOptions { StatusSubresource = false });
        try
        {
            await using RolloutProduction shop = new(new Production(cluster, "old"), RolloutResources.RolloutsWithoutStatus);
            await shop.MidCanaryAsync();

            Assert.Equal(RollbackOutcome.Changed, (await shop.DoAsync("Stop-ArgoRollout catalog")).Outcome);
            Assert.Equal(RollbackOutcome.Changed, (await shop.DoAsync("Resume-ArgoRollout catalog -Retry")).Outcome);
            await shop.Production.UntilAsync(() => shop.Phase == "Paused");
            Assert.Equal(RollbackOutcome.RolledBack, (await shop.DoAsync("Undo-ArgoRollout catalog")).Outcome);
            Assert.Equal("shop/catalog:1.0", shop.Image);
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_no_Rollout_is_refused_and_what_is_not_there_is_said()
    {
        await using var shop = await shared.OpenAsync();
        await shop.Production.CreateAsync("api", "1.0");

        Assert.Equal("NotARollout", (await shop.RunAsync("Stop-ArgoRollout deployment/api")).Failure?.ErrorId);
        Assert.Equal("WorkloadNotFound", Assert.Single((await shop.RunAsync("Stop-ArgoRollout api")).Errors).ErrorId);
    }
}
