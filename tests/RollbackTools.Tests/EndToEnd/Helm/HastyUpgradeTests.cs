using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>An upgrade that was to repair a bad release, and failed: what it left decides where "back" is.</summary>
public sealed class HastyUpgradeTests(SharedCluster shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_failed_in_its_hook_left_the_bad_one_running_so_back_is_before_that()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await FailInTheHookAsync(production);

        var rows = (await production.Production.RunAsync("Get-HelmHistory zkprova")).Of<HelmRevision>();
        var result = await production.RollBackAsync();

        Assert.Equal(1, Assert.Single(rows, row => row.IsDefaultTarget).Revision);
        Assert.Contains("Is what still runs: nothing of revision 3 reached the cluster", rows[1].Evidence);
        Assert.Equal((RollbackOutcome.RolledBack, 1L), (result.Outcome, result.ToRevision));
        Assert.Contains(result.Warnings, warning => warning.StartsWith("Revision 2 is what still runs", StringComparison.Ordinal) && warning.EndsWith("-ToRevision 2.", StringComparison.Ordinal));
        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());
        Assert.Equal("1:superseded 2:superseded 3:failed 4:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task What_somebody_changed_by_hand_is_no_sign_of_the_upgrade()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await FailInTheHookAsync(production);
        production.Drift(Resources.Deployments, "zkprova-zkprova-backend", body => body["spec"]!["replicas"] = 3);
        production.Drift(Resources.Services, "zkprova-zkprova-backend", service => service["spec"]!["ports"]![0]!["targetPort"] = 8888);

        Assert.Equal(1L, (await production.RollBackAsync("Invoke-HelmRollback zkprova -WhatIf")).ToRevision);
    }

    [Fact]
    public async Task One_that_did_well_for_long_stays_the_target_and_the_plan_names_the_one_before_it()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await FailInTheHookAsync(production);
        await production.LongAgoAsync("zkprova", 2);
        await production.Helm.History.ChangeAsync("zkprova", 1, record => record["info"]!["last_deployed"] = "2026-01-01T00:00:00Z", Stop);

        var planned = await production.RollBackAsync("Invoke-HelmRollback zkprova -WhatIf");

        Assert.Equal(2L, planned.ToRevision);
        Assert.Contains(planned.Warnings, warning => warning.Contains("changes no object", StringComparison.Ordinal) && warning.EndsWith("-ToRevision 1.", StringComparison.Ordinal));
        Assert.DoesNotContain(planned.Steps, line => line.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_any_known_good_one_it_says_what_runs_and_how_to_name_another()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await FailInTheHookAsync(production);
        await production.Helm.History.SetStatusAsync("zkprova", 1, "failed", Stop);

        var failed = await production.FailAsync();

        Assert.Equal("NoKnownGoodRevision", failed.ErrorId);
        Assert.StartsWith("Revision 2 is what still runs", failed.Message, StringComparison.Ordinal);
        Assert.Contains("-ToRevision", failed.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_was_half_applied_goes_back_to_what_is_still_deployed()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, bad: "two");
        await Assert.ThrowsAsync<HelmKilledException>(() => production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("three", "debug"), Stop,
            new HelmOptions { NoHooks = true, KilledAt = HelmMoment.HalfApplied }));
        await production.Helm.History.SetStatusAsync("zkprova", 3, "failed", Stop);

        var result = await production.RollBackAsync("Invoke-HelmRollback zkprova -HooksFrom None");

        Assert.Equal(2L, result.ToRevision);
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("still runs", StringComparison.Ordinal));
        Assert.Equal("info", (string)production.Find(Resources.ConfigMaps, "zkprova-zkprova-config")!["data"]!["LOG_LEVEL"]!);
        Assert.Equal("ghcr.io/zkprova/backend:two", production.Image());
    }

    private static async Task FailInTheHookAsync(HelmProduction production)
    {
        await Assert.ThrowsAsync<HelmException>(() => production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("three-crash", "debug"), Stop));
        Assert.Equal("1:superseded 2:deployed 3:failed", await production.StatusesAsync());
    }
}
