using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.Helm;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>Broken histories, put right; and each time the next upgrade, by the practice helm and the real one, is accepted.</summary>
public sealed class HelmRepairTests(SharedCluster shared)
{
    private static readonly HelmChart Chart = ShopChart.Chart;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<HelmVersion, HelmMoment, string> CutOff => new()
    {
        { HelmVersion.Helm3, HelmMoment.Recorded, "1:deployed 2:failed" },
        { HelmVersion.Helm4, HelmMoment.Recorded, "1:deployed 2:failed" },
        { HelmVersion.Helm3, HelmMoment.HalfApplied, "1:deployed 2:failed" },
        { HelmVersion.Helm3, HelmMoment.Applied, "1:superseded 2:deployed" },
        { HelmVersion.Helm4, HelmMoment.Applied, "1:superseded 2:deployed" },
    };

    [Theory]
    [MemberData(nameof(CutOff))]
    public async Task A_release_that_was_cut_off_gets_the_status_of_what_runs_and_goes_on(HelmVersion version, HelmMoment moment, string statuses)
    {
        HelmOptions options = new() { Version = version, Wait = true };
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production, options);
        await space.Helm.InstallAsync("shop", Chart, ShopChart.Values("1.0"), Stop);
        await Assert.ThrowsAsync<HelmKilledException>(() => space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.1", "bye", "second"), Stop, options with { KilledAt = moment }));
        if (moment == HelmMoment.Applied) await production.CompleteAsync("shop");

        var busy = Assert.Single((await production.RunAsync("Repair-HelmRelease shop -Confirm:$false")).Errors);
        var repair = await RepairAsync(production, "-Preempt");

        Assert.Equal("HelmReleaseBusy", busy.ErrorId);
        Assert.Equal(RollbackOutcome.Changed, repair.Outcome);
        Assert.Equal(statuses, await space.StatusesAsync("shop"));
        Assert.Equal(3, await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.2"), Stop));
    }

    [Theory]
    [InlineData("helm", HelmVersion.Helm3)]
    [InlineData("helm4", HelmVersion.Helm4)]
    public async Task The_real_helm_accepts_it_too_and_shows_what_was_found(string executable, HelmVersion version)
    {
        HelmOptions options = new() { Version = version };
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production, options);
        using var helm = RealHelm.In(space, executable);
        await helm.OkAsync("install", "shop", helm.Lay(Chart), "--description", "the first");
        await Assert.ThrowsAsync<HelmKilledException>(() => space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.1"), Stop, options with { KilledAt = HelmMoment.Recorded }));
        Assert.Contains("another operation (install/upgrade/rollback) is in progress", await helm.FailAsync("upgrade", "shop", helm.Lay(Chart)));

        await RepairAsync(production, "-Preempt");

        var told = JsonNode.Parse(await helm.OkAsync("history", "shop", "-o", "json"))!.AsArray();
        Assert.Equal(["deployed the first", "failed Preparing upgrade; cut off before it changed anything, marked failed"], told.Select(one => $"{one!["status"]} {one["description"]}"));
        await helm.OkAsync("upgrade", "shop", helm.Lay(Chart), "--set", "tag=1.2");
        await helm.OkAsync("rollback", "shop", "1");
        Assert.Equal("1:superseded 2:failed 3:superseded 4:deployed", await space.StatusesAsync("shop"));
    }

    [Fact]
    public async Task With_nothing_deployed_the_revision_that_runs_is()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await ThreeAsync(space);
        await space.Helm.RollbackAsync("shop", 2, Stop);
        foreach (var revision in (int[])[1, 2, 3, 4]) await space.Helm.History.SetStatusAsync("shop", revision, revision == 4 ? "failed" : "superseded", Stop);
        await production.CompleteAsync("shop");

        await RepairAsync(production);

        Assert.Equal("1:superseded 2:superseded 3:superseded 4:deployed", await space.StatusesAsync("shop"));
    }

    [Fact]
    public async Task With_nothing_deployed_and_drift_the_nearest_that_did_not_fail_is()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await ThreeAsync(space);
        foreach (var revision in (int[])[1, 2, 3]) await space.Helm.History.SetStatusAsync("shop", revision, revision == 3 ? "failed" : "superseded", Stop);
        space.Drift(Resources.ConfigMaps, "shop", map => map["data"]!["greeting"] = "by hand");

        var repair = await RepairAsync(production);

        Assert.Equal("1:superseded 2:deployed 3:failed", await space.StatusesAsync("shop"));
        Assert.Contains("nearest to what runs", Assert.Single(repair.Steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_deployed_the_one_that_runs_stays_so_and_a_stale_pending_one_is_failed()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await ThreeAsync(space);
        await space.Helm.History.SetStatusAsync("shop", 1, "pending-upgrade", Stop);
        await space.Helm.History.SetStatusAsync("shop", 2, "deployed", Stop);

        await RepairAsync(production);

        Assert.Equal("1:failed 2:superseded 3:deployed", await space.StatusesAsync("shop"));
    }

    [Fact]
    public async Task A_repair_is_taken_back_to_the_byte_and_WhatIf_changes_nothing()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await ThreeAsync(space);
        await space.Helm.History.SetStatusAsync("shop", 2, "deployed", Stop);
        var before = await RecordsAsync(space, 1, 2, 3);

        var planned = Assert.Single((await production.RunAsync("Repair-HelmRelease shop -WhatIf")).Of<RollbackResult>());
        Assert.Equal(before, await RecordsAsync(space, 1, 2, 3));
        var repair = await RepairAsync(production);
        Assert.NotEqual(before, await RecordsAsync(space, 1, 2, 3));
        await production.RunAsync($"Undo-RollbackRun {repair.RunId} -Confirm:$false");

        Assert.Equal(repair.Steps, planned.Steps);
        Assert.Equal(before, await RecordsAsync(space, 1, 2, 3));
    }

    [Theory]
    [InlineData(HelmDriver.Secret)]
    [InlineData(HelmDriver.ConfigMap)]
    public async Task Removed_APIs_are_rewritten_in_every_revision_and_taken_back_and_never_on_record(HelmDriver driver)
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production, new HelmOptions { Driver = driver });
        await ThreeAsync(space);
        foreach (var revision in (int[])[1, 2])
        {
            await space.Helm.History.ChangeAsync("shop", revision, record => record["manifest"] =
                ((string)record["manifest"]!).Replace("apiVersion: apps/v1\n", "apiVersion: extensions/v1beta1 # long ago\n", StringComparison.Ordinal), Stop);
        }

        var before = await RecordsAsync(space, 1, 2, 3);

        var repair = await RepairAsync(production);

        Assert.Equal(2, repair.Steps.Count(step => step.Contains("deployment/shop: extensions/v1beta1 → apps/v1", StringComparison.Ordinal)));
        var record = await space.Helm.History.ReadAsync("shop", 1, Stop);
        Assert.Contains("apiVersion: apps/v1 # long ago\n", (string?)record["manifest"]);
        Assert.Equal(before[2], (await RecordsAsync(space, 3))[0]);
        Assert.Equal(RollbackOutcome.AlreadyThere, (await RepairAsync(production)).Outcome);
        foreach (var journal in Directory.EnumerateFiles(production.Runs.Directory, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("containers", await File.ReadAllTextAsync(journal, Stop), StringComparison.Ordinal);

        await production.RunAsync($"Undo-RollbackRun {repair.RunId} -Confirm:$false");

        Assert.Equal(before, await RecordsAsync(space, 1, 2, 3));
        Assert.Equal("1:superseded 2:superseded 3:deployed", await space.StatusesAsync("shop"));
    }

    [Fact]
    public async Task What_a_failed_upgrade_left_behind_is_said_and_deleted_only_on_request()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await space.Helm.InstallAsync("shop", Chart, ShopChart.Values("1.0"), Stop);
        await space.Helm.UpgradeAsync("shop", ShopChart.WithExtra, ShopChart.Values("1.1"), Stop);
        await space.Helm.History.SetStatusAsync("shop", 2, "failed", Stop);
        await space.Helm.History.SetStatusAsync("shop", 1, "deployed", Stop);

        var said = await RepairAsync(production);
        Assert.Contains(said.Warnings, warning => warning.StartsWith("configmap/shop-extra was left behind: revision 2 (failed) has it, the deployed one has not.", StringComparison.Ordinal));
        Assert.NotNull(space.Find(Resources.ConfigMaps, "shop-extra"));
        await RepairAsync(production, "-RemoveLeftovers");

        Assert.Null(space.Find(Resources.ConfigMaps, "shop-extra"));
        Assert.NotNull(space.Find(Resources.ConfigMaps, "shop"));
    }

    [Fact]
    public async Task A_newest_record_that_cannot_be_read_blocks_Helm_until_it_is_set_aside_and_comes_back_on_undo()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await ThreeAsync(space);
        await space.Helm.History.CorruptAsync("shop", 3, Stop);
        await space.Helm.History.SetStatusAsync("shop", 2, "deployed", Stop);

        var refused = Assert.Single((await production.RunAsync("Repair-HelmRelease shop -Confirm:$false")).Errors);
        var repair = await RepairAsync(production, "-SetAsideUnreadable");

        Assert.Equal("HelmRecordUnreadable", refused.ErrorId);
        Assert.Equal("1:superseded 2:deployed", await space.StatusesAsync("shop"));
        await production.RunAsync($"Undo-RollbackRun {repair.RunId} -Confirm:$false");
        Assert.Equal("1:superseded 2:deployed 3:deployed", await space.StatusesAsync("shop"));
    }

    [Fact]
    public async Task A_release_that_is_in_order_is_left_alone()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await ThreeAsync(space);

        Assert.Equal(RollbackOutcome.AlreadyThere, (await RepairAsync(production)).Outcome);
    }

    private static async Task ThreeAsync(HelmSpace space)
    {
        await space.Helm.InstallAsync("shop", Chart, ShopChart.Values("1.0"), Stop);
        await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.1", "good day"), Stop);
        await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.2", "good evening"), Stop);
    }

    private static async Task<RollbackResult> RepairAsync(Production production, string more = "") => await production.RollBackAsync($"Repair-HelmRelease shop {more} -Confirm:$false");

    private static async Task<IReadOnlyList<string>> RecordsAsync(HelmSpace space, params int[] revisions)
    {
        List<string> records = [];
        foreach (var revision in revisions) records.Add((await space.Helm.History.ReadAsync("shop", revision, Stop)).ToJsonString());
        return records;
    }
}
