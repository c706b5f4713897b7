using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>A release whose workload is a Rollout: going back is over when that is, and not when it is written.</summary>
public sealed class HelmOfRolloutTests(RolloutCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_release_is_back_once_its_Rollout_is_stable_again()
    {
        await using var shop = await cluster.OpenAsync();
        using var helm = await ShippedAsync(shop);

        var result = await shop.Production.RollBackAsync("Invoke-HelmRollback catalog -ToRevision 1");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Outcome, shop.Image));
        Assert.StartsWith("rollout/catalog is healthy", result.Message, StringComparison.Ordinal);
        Assert.True(shop.Healthy);
    }

    [Fact]
    public async Task One_that_stands_at_a_pause_on_its_way_back_is_not_proven_and_the_next_command_is_named()
    {
        await using var shop = await cluster.OpenAsync();
        using var helm = await ShippedAsync(shop);
        await shop.CompletedFromHereAsync();

        var result = await shop.Production.RollBackAsync("Invoke-HelmRollback catalog -ToRevision 1");

        Assert.Equal(RollbackOutcome.Unverified, result.Outcome);
        Assert.Contains(result.Warnings, warning => warning.Contains("Resume-ArgoRollout catalog", StringComparison.Ordinal));
        Assert.Equal("deployed", (await helm.History.ListAsync("catalog", Stop)).MaxBy(one => one.Revision).Status);
    }

    private static async Task<PracticeHelm> ShippedAsync(RolloutProduction shop)
    {
        var helm = PracticeHelm.Open(shop.Production.Kubeconfig, shop.Production.Namespace, new HelmOptions());
        await helm.InstallAsync("catalog", Chart(shop, "1.0"), null, Stop);
        await shop.Production.UntilAsync(() => shop.Healthy);
        await helm.UpgradeAsync("catalog", Chart(shop, "2.0"), null, Stop);
        await shop.Production.UntilAsync(() => shop.Phase == "Paused");
        return helm;
    }

    private static HelmChart Chart(RolloutProduction shop, string tag) => new("catalog", tag, tag) { Templates = [new ChartFile("templates/rollout.yaml", shop.Manifest(tag))] };
}
