using RollbackTools.Operations.Health;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>Whatever works on workloads works on Rollouts, or says what does.</summary>
public sealed class RolloutAmongWorkloadsTests(RolloutCluster shared)
{
    [Fact]
    public async Task A_bare_name_finds_a_Rollout_and_rolls_it_back()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();

        var result = await shop.DoAsync("Invoke-ImageRollback catalog");

        Assert.Equal(("Rollout", RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Kind, result.Outcome, shop.Image));
    }

    [Fact]
    public async Task A_tag_may_be_named()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();

        var result = await shop.DoAsync("Invoke-ImageRollback rollout/catalog -ToTag 1.0");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Outcome, shop.Image));
        Assert.Equal(shop.Stable, shop.Current);
    }

    [Fact]
    public async Task A_name_that_two_kinds_have_is_not_guessed_at()
    {
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0"));
        await shop.Production.CreateAsync("catalog", "1.0", labels: ", kind: deployment");

        Assert.Equal("AmbiguousName", Assert.Single((await shop.RunAsync("Get-ImageHistory catalog")).Errors).ErrorId);
        Assert.All((await shop.RunAsync("Get-ImageHistory rollout/catalog")).Of<ImageRevision>(), revision => Assert.Equal("Rollout", revision.Kind));
    }

    [Fact]
    public async Task A_fleet_of_both_is_one_run()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        await shop.Production.BrokenAsync("api", "2.0-errors", labels: ", fleet: shop");
        await shop.ChangeAsync(body => body["metadata"]!["labels"]!["fleet"] = "shop");

        var output = await shop.RunAsync("Invoke-ImageRollback -Selector fleet=shop -IncludeHealthy");

        Assert.Empty(output.Errors.Select(error => error.Message));
        var results = output.Of<RollbackResult>().OrderBy(result => result.Kind, StringComparer.Ordinal).ToList();
        Assert.Equal([("Deployment", RollbackOutcome.RolledBack), ("Rollout", RollbackOutcome.RolledBack)], results.Select(result => (result.Kind, result.Outcome)));
        Assert.Single(results.Select(result => result.RunId).Distinct());
    }

    [Fact]
    public async Task Its_health_is_tested_and_a_pause_is_told_as_one()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync("2.0");

        var checks = (await shop.RunAsync("Test-RollbackHealth catalog")).Of<HealthCheck>();
        var rollout = checks.Single(check => check.Check == "Rollout");
        Assert.Equal(HealthStatus.Failed, rollout.Status);
        Assert.Contains("until somebody promotes it", rollout.Message, StringComparison.Ordinal);

        await shop.DoAsync("Undo-ArgoRollout catalog");
        checks = (await shop.RunAsync("Test-RollbackHealth rollout/catalog")).Of<HealthCheck>();
        Assert.All(checks.Where(check => check.Check is "Rollout" or "Pods"), check => Assert.Equal(HealthStatus.Passed, check.Status));
    }

    [Fact]
    public async Task After_a_rollback_from_a_crashing_canary_the_abort_is_no_sign_of_illness()
    {
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0"));
        shop.Age(TimeSpan.FromDays(2));
        await shop.ShipAsync(shop.Manifest("2.0-crash"), () => shop.Production.Pods("catalog").Any(pod =>
            (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff"));
        Assert.Equal(RollbackOutcome.RolledBack, (await shop.DoAsync("Invoke-ImageRollback rollout/catalog")).Outcome);
        Assert.Contains(shop.Production.List(Resources.Events), item => (string?)item.Read["reason"] == "RolloutAborted");

        var checks = (await shop.RunAsync("Test-RollbackHealth rollout/catalog -Since 10m")).Of<HealthCheck>();

        Assert.All(checks, check => Assert.True(check.Status == HealthStatus.Passed, $"{check.Check}: {check.Message} {string.Join("; ", check.Evidence)}"));
    }

    [Fact]
    public async Task It_is_restarted_without_a_new_revision()
    {
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0"));
        shop.Age(TimeSpan.FromHours(1));
        var before = shop.Production.Pods("catalog").Select(pod => (string)pod["metadata"]!["uid"]!).ToHashSet();

        var result = await shop.DoAsync("Restart-Workload catalog");

        Assert.Equal(RollbackOutcome.Changed, result.Outcome);
        Assert.NotNull(shop.Rollout["spec"]!["restartAt"]);
        Assert.DoesNotContain(shop.Production.Pods("catalog").Where(pod => pod["metadata"]!["deletionTimestamp"] is null), pod => before.Contains((string)pod["metadata"]!["uid"]!));
        Assert.Single((await shop.RunAsync("Get-ImageHistory catalog")).Of<ImageRevision>());
    }

    [Fact]
    public async Task It_is_stopped_and_comes_back_as_it_was()
    {
        await using var shop = await shared.OpenAsync();
        await shop.DeployAsync(shop.Manifest("1.0"));

        Assert.Equal(RollbackOutcome.Changed, (await shop.DoAsync("Suspend-Workload catalog -Reason INC-1 -Confirm:$false")).Outcome);
        Assert.Empty(shop.Running);
        Assert.Equal(RollbackOutcome.Changed, (await shop.DoAsync("Resume-Workload catalog")).Outcome);
        Assert.Equal(4, (int)shop.Rollout["spec"]!["replicas"]!);
        Assert.Equal(["shop/catalog:1.0"], shop.Running);
    }
}
