using System.Text.Json.Nodes;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.Helm;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>Releases that helm (of the practice estate, or the real one) made, read by the cmdlets over the wire.</summary>
public sealed class HelmHistoryTests(SharedCluster shared)
{
    private static readonly HelmChart Chart = ShopChart.Chart;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<HelmVersion, HelmDriver> Writers => new()
    {
        { HelmVersion.Helm3, HelmDriver.Secret }, { HelmVersion.Helm4, HelmDriver.Secret }, { HelmVersion.Helm4, HelmDriver.ConfigMap },
    };

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_history_tells_charts_images_what_changed_and_what_is_known_to_work(HelmVersion version, HelmDriver driver)
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production, new HelmOptions { Version = version, Driver = driver, Wait = true });
        await space.Helm.InstallAsync("shop", Chart, null, Stop);
        await AgeAsync(space, 1, TimeSpan.FromDays(3));
        await space.Helm.UpgradeAsync("shop", Chart with { Version = "1.1.0", AppVersion = "2026.2" }, ShopChart.Values("1.1", "good day", "second"), Stop);
        await production.CompleteAsync("shop");

        var revisions = Of<HelmRevision>(await production.RunAsync("Get-HelmHistory shop"));

        Assert.Equal(["2 deployed current", "1 superseded <- target"], revisions.Select(one => $"{one.Revision} {one.Status} {(one.Current ? "current" : one.IsDefaultTarget ? "<- target" : "")}"));
        Assert.Equal(("shop-1.1.0", "2026.2", "shop/shop:1.1"), (revisions[0].Chart, revisions[0].AppVersion, Assert.Single(revisions[0].Images)));
        Assert.True(revisions[0].Health == RevisionHealth.KnownGood, string.Join("; ", revisions[0].Evidence));
        Assert.Equal(driver.ToString(), revisions[0].Driver);
        Assert.Equal("deployment/shop: spec.template.spec.containers[app].image: shop/shop:1.0 → shop/shop:1.1", revisions[0].Changes[2]);
        Assert.Equal(
            [
                "app version 2026.1 → 2026.2",
                "chart shop-1.0.0 → shop-1.1.0",
                "configmap/shop: data.greeting: hello → good day",
                "deployment/shop: spec.template.spec.containers[app].env[DB_PASSWORD].value: changed (hidden)",
                "deployment/shop: spec.template.spec.containers[app].image: shop/shop:1.0 → shop/shop:1.1",
                "secret/shop: data.password: changed (hidden)",
                "values: greeting, password, tag",
            ],
            revisions[0].Changes.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("second", System.Text.Json.JsonSerializer.Serialize(revisions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_rollback_the_bad_one_is_bad_and_no_target_is_marked_since_a_rollback_would_stay_where_it_is()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production, new HelmOptions { Wait = true });
        await space.Helm.InstallAsync("shop", Chart, ShopChart.Values("1.0"), Stop);
        await AgeAsync(space, 1, TimeSpan.FromDays(3));
        await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.1"), Stop);
        await AgeAsync(space, 2, TimeSpan.FromDays(2));
        await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.2"), Stop);
        await AgeAsync(space, 3, TimeSpan.FromDays(1));
        await space.Helm.RollbackAsync("shop", 2, Stop);

        var revisions = Of<HelmRevision>(await production.RunAsync("Get-HelmHistory shop"));

        Assert.Equal((4, 2, 2), (revisions[0].Revision, revisions[0].RollbackRevision, revisions[0].SameAs));
        Assert.Equal(RevisionHealth.Bad, revisions.Single(one => one.Revision == 3).Health);
        Assert.Equal("Was rolled away from (revision 4 went back to 2)", Assert.Single(revisions.Single(one => one.Revision == 3).Evidence));
        Assert.DoesNotContain(revisions, one => one.IsDefaultTarget);
        Assert.Null(Assert.Single(Of<HelmRelease>(await production.RunAsync("Get-HelmRelease shop"))).KnownGoodRevision);
    }

    [Fact]
    public async Task A_release_that_was_cut_off_is_stuck_and_says_since_when()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production, new HelmOptions { Wait = true });
        await space.Helm.InstallAsync("shop", Chart, null, Stop);
        await Assert.ThrowsAsync<HelmKilledException>(() => space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.1"), Stop, new HelmOptions { KilledAt = HelmMoment.HalfApplied }));

        var release = Assert.Single(Of<HelmRelease>(await production.RunAsync("Get-HelmRelease shop")));

        Assert.Equal((2, "pending-upgrade", true, 1, 1), (release.Revision, release.Status, release.Stuck, release.DeployedRevision, release.KnownGoodRevision));
        Assert.Matches(@"^Revision 2 has been pending-upgrade( for \S+)?: somebody is at work, or was cut off$", Assert.Single(release.Problems));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_listed_and_the_others_are_judged()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production, new HelmOptions { Wait = true });
        await space.Helm.InstallAsync("shop", Chart, ShopChart.Values("1.0"), Stop);
        await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.1"), Stop);
        await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.2"), Stop);
        await space.Helm.UpgradeAsync("shop", Chart, ShopChart.Values("1.3"), Stop);
        await AgeAsync(space, 1, TimeSpan.FromDays(3));
        await space.Helm.History.TruncateAsync("shop", 3, 0.5, Stop);
        await space.Helm.History.StoreBombAsync("shop", 2, 30_000_000, Stop);

        var revisions = Of<HelmRevision>(await production.RunAsync("Get-HelmHistory shop"));

        Assert.Contains("revision 3 of Helm release shop", revisions[1].Unreadable, StringComparison.Ordinal);
        Assert.Contains("gzip bomb", revisions[2].Unreadable, StringComparison.Ordinal);
        Assert.True(revisions[3].IsDefaultTarget);
        var release = Assert.Single(Of<HelmRelease>(await production.RunAsync("Get-HelmRelease shop")));
        Assert.Equal(2, release.Problems.Count);
    }

    [Fact]
    public async Task A_listing_has_every_release_of_the_namespace_by_its_newest_record()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await space.Helm.InstallAsync("shop", Chart, null, Stop);
        await space.Helm.InstallAsync("blog", Chart, null, Stop);
        await space.Helm.UpgradeAsync("blog", Chart, ShopChart.Values("1.1"), Stop);

        var releases = Of<HelmRelease>(await production.RunAsync("Get-HelmRelease"));
        var everywhere = Of<HelmRelease>(await production.RunAsync("Get-HelmRelease -AllNamespaces"));

        Assert.Equal(["blog 2 of 2 shop/shop:1.1", "shop 1 of 1 shop/shop:1.0"], releases.Select(one => $"{one.Name} {one.Revision} of {one.Revisions} {one.Images[0]}"));
        Assert.Superset(releases.Select(one => one.Name).ToHashSet(), everywhere.Select(one => one.Name).ToHashSet());
    }

    [Fact]
    public async Task What_is_not_there_says_who_else_may_have_it()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        production.Apply($$"""
            { apiVersion: apps/v1, kind: Deployment, metadata: { name: gone, namespace: {{space.Namespace}}, labels: { app.kubernetes.io/managed-by: Helm }, annotations: { meta.helm.sh/release-name: gone } },
              spec: { replicas: 0, selector: { matchLabels: { app: gone } }, template: { metadata: { labels: { app: gone } }, spec: { containers: [ { name: a, image: "shop/shop:1.0" } ] } } } }
            """);

        var lost = await production.RunAsync("Get-HelmRelease gone");
        var never = await production.RunAsync("Get-HelmHistory never");

        var error = Assert.Single(lost.Errors);
        Assert.Equal("HelmReleaseNotFound", error.ErrorId);
        Assert.Contains("deployment/gone says it belongs to it", error.Message, StringComparison.Ordinal);
        Assert.Contains("HELM_DRIVER=sql", error.Message, StringComparison.Ordinal);
        Assert.Equal("HelmReleaseNotFound", Assert.Single(never.Errors).ErrorId);
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm4")]
    public async Task What_the_real_helm_wrote_is_read(string executable)
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        using var helm = RealHelm.In(space, executable);
        await helm.OkAsync("install", "shop", helm.Lay(Chart));
        await helm.OkAsync("upgrade", "shop", helm.Lay(Chart with { Version = "1.1.0" }), "--set", "tag=1.1", "--description", "the new one");
        await helm.OkAsync("rollback", "shop", "1");

        var revisions = Of<HelmRevision>(await production.RunAsync("Get-HelmHistory shop"));
        var told = JsonNode.Parse(await helm.OkAsync("history", "shop", "-o", "json"))!.AsArray();

        Assert.Equal(
            told.Reverse().Select(one => $"{one!["revision"]} {one["status"]} {one["chart"]} {one["app_version"]} {one["description"]}"),
            revisions.Select(one => $"{one.Revision} {one.Status} {one.Chart} {one.AppVersion} {one.Description}"));
        Assert.Equal(1, revisions[0].RollbackRevision);
        Assert.Equal(1, revisions[0].SameAs);
        Assert.Equal(["shop/shop:1.1"], revisions[1].Images);
    }

    // As if it had been deployed so long ago.
    private static Task AgeAsync(HelmSpace space, int revision, TimeSpan ago) => space.Helm.History.ChangeAsync("shop", revision, record =>
        record["info"]!["last_deployed"] = (DateTimeOffset.UtcNow - ago).ToString("O", System.Globalization.CultureInfo.InvariantCulture), Stop);

    private static IReadOnlyList<T> Of<T>(CommandOutput output)
    {
        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors.Select(error => error.Message));
        return [.. output.Of<T>()];
    }
}
