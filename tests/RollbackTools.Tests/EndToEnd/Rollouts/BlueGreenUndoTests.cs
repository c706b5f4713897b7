using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>Blue-green: before the switch, and after it.</summary>
public sealed class BlueGreenUndoTests(RolloutCluster shared)
{
    private const string BlueGreen = "blueGreen: { activeService: active, previewService: preview, autoPromotionEnabled: false }";
    private const string SoonDown = "blueGreen: { activeService: active, previewService: preview, autoPromotionEnabled: false, scaleDownDelaySeconds: 1 }";
    // Practice shortens durations of manifests: the default half minute is one second at most on a clock that a busy machine overtakes.
    private const string LongUp = "blueGreen: { activeService: active, previewService: preview, autoPromotionEnabled: false, scaleDownDelaySeconds: 86400 }";

    [Fact]
    public async Task Before_the_switch_the_stable_version_stays_active_and_is_asked_for_again()
    {
        await using var shop = await shared.OpenAsync();
        shop.Services("active", "preview");
        await shop.MidCanaryAsync(strategy: BlueGreen);
        var report = await shop.ReportAsync();
        Assert.Equal(("BlueGreen", true, null), (report.Strategy, report.WaitsForSomebody, report.Weight));

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0", true), (result.Outcome, shop.Image, shop.Stable == shop.Current));
    }

    [Fact]
    public async Task After_the_switch_it_waits_to_be_promoted_or_takes_the_fast_track()
    {
        await using var shop = await shared.OpenAsync();
        shop.Services("active", "preview");
        await shop.CompletedAsync(strategy: SoonDown);

        var slow = await shop.DoAsync("Undo-ArgoRollout catalog");
        Assert.Equal(RollbackOutcome.Paused, slow.Outcome);
        Assert.Contains(slow.Warnings, warning => warning.Contains("brought up beside the present version", StringComparison.Ordinal));

        var fast = await shop.DoAsync("Resume-ArgoRollout catalog -Full -Confirm:$false");
        Assert.Equal((RollbackOutcome.Changed, "shop/catalog:1.0", true), (fast.Outcome, shop.Image, shop.Stable == shop.Current));
    }

    [Fact]
    public async Task While_the_old_version_is_still_up_the_switch_back_needs_nobody()
    {
        await using var shop = await shared.OpenAsync();
        shop.Services("active", "preview");
        await shop.MidCanaryAsync(strategy: LongUp);
        await shop.ChangeAsync(body => body["status"]!["promoteFull"] = true);
        await shop.Production.UntilAsync(() => shop.Healthy && shop.Stable == shop.Current);
        Assert.Equal(["shop/catalog:1.0", "shop/catalog:2.0-errors"], shop.Running.Order(StringComparer.Ordinal));

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Outcome, shop.Image));
        Assert.Contains(result.Warnings, warning => warning.Contains("still up", StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_the_fast_track_it_is_switched_back_at_once()
    {
        await using var shop = await shared.OpenAsync();
        shop.Services("active", "preview");
        await shop.CompletedAsync(strategy: SoonDown);

        var result = await shop.DoAsync("Undo-ArgoRollout catalog -FastTrack -Confirm:$false");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0", true), (result.Outcome, shop.Image, shop.Stable == shop.Current));
        Assert.Equal(shop.Stable, (string?)shop.Rollout["status"]!["blueGreen"]!["activeSelector"]);
        Assert.Equal(RolloutPhase.Healthy, (await shop.ReportAsync()).Phase);
    }
}
