using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Charts.Samples;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>What the practice helm does to a cluster, and what it leaves when it does not come to its end.</summary>
public sealed class PracticeHelmTests(HelmCluster cluster) : IClassFixture<HelmCluster>
{
    private static readonly HelmChart Chart = ZkprovaChart.Of("0.14.0", "1.9.0");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<HelmVersion> Versions => new(Enum.GetValues<HelmVersion>());

    private static JsonObject Tag(string tag) => new() { ["image"] = new JsonObject { ["tag"] = tag } };

    private static string? Image(HelmSpace space) =>
        (string?)space.Find(Resources.Deployments, "zkprova-zkprova-backend")!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_release_is_installed_upgraded_and_rolled_back(HelmVersion version)
    {
        using var space = cluster.Space(new HelmOptions { Version = version, Wait = true });
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);
        Assert.Equal("ghcr.io/zkprova/backend:one", Image(space));
        var meta = space.Find(Resources.Services, "zkprova-zkprova-backend")!["metadata"]!;
        Assert.Equal("Helm", (string?)meta["labels"]!["app.kubernetes.io/managed-by"]);
        Assert.Equal("zkprova", (string?)meta["annotations"]!["meta.helm.sh/release-name"]);
        Assert.Equal(space.Namespace, (string?)meta["annotations"]!["meta.helm.sh/release-namespace"]);

        Assert.Equal(2, await space.Helm.UpgradeAsync("zkprova", Chart, Tag("two"), Stop));
        Assert.Equal("ghcr.io/zkprova/backend:two", Image(space));
        Assert.Equal(3, await space.Helm.RollbackAsync("zkprova", null, Stop));
        Assert.Equal("ghcr.io/zkprova/backend:one", Image(space));
        Assert.Equal("1:superseded 2:superseded 3:deployed", await space.StatusesAsync("zkprova"));
        Assert.Equal("Rollback to 1", (string?)(await space.Helm.History.ReadAsync("zkprova", 3, Stop))["info"]!["description"]);
        Assert.Equal(version == HelmVersion.Helm4 ? "Apply" : "Update", (string?)meta["managedFields"]!.AsArray().Single(one => (string?)one!["manager"] == "helm")!["operation"]);
    }

    [Theory]
    [InlineData(HelmMoment.Recorded, "one")]
    [InlineData(HelmMoment.HooksRan, "one")]
    [InlineData(HelmMoment.Applied, "two")]
    public async Task Whoever_is_killed_leaves_a_pending_upgrade_that_refuses_the_next(HelmMoment moment, string runs)
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);

        await Assert.ThrowsAsync<HelmKilledException>(() => space.Helm.UpgradeAsync("zkprova", Chart, Tag("two"), Stop, new HelmOptions { KilledAt = moment }));

        Assert.Equal("1:deployed 2:pending-upgrade", await space.StatusesAsync("zkprova"));
        Assert.EndsWith($":{runs}", Image(space));
        var refused = await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync("zkprova", Chart, Tag("three"), Stop));
        Assert.Equal("another operation (install/upgrade/rollback) is in progress", refused.Message);
    }

    [Fact]
    public async Task Killed_half_way_some_objects_are_new_and_some_are_old()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);
        var values = Tag("two");
        values["logLevel"] = "debug";

        await Assert.ThrowsAsync<HelmKilledException>(() => space.Helm.UpgradeAsync("zkprova", Chart, values, Stop, new HelmOptions { KilledAt = HelmMoment.HalfApplied }));

        Assert.Equal("debug", (string?)space.Find(Resources.ConfigMaps, "zkprova-zkprova-config")!["data"]!["LOG_LEVEL"]);
        Assert.EndsWith(":one", Image(space));
        Assert.Equal("1:deployed 2:pending-upgrade", await space.StatusesAsync("zkprova"));
    }

    [Fact]
    public async Task A_hook_that_fails_fails_the_upgrade_before_anything_is_changed()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);

        var failed = await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync("zkprova", Chart, Tag("crash"), Stop));

        Assert.Equal("pre-upgrade hooks failed: 1 error occurred:\n\t* job zkprova-zkprova-migrate failed: BackoffLimitExceeded\n\n", failed.Message);
        Assert.EndsWith(":one", Image(space));
        Assert.Equal("1:deployed 2:failed", await space.StatusesAsync("zkprova"));
        var record = await space.Helm.History.ReadAsync("zkprova", 2, Stop);
        Assert.StartsWith("Upgrade \"zkprova\" failed: pre-upgrade hooks failed", (string?)record["info"]!["description"]);
        Assert.Equal("Failed", (string?)record["hooks"]!.AsArray().Single(hook => (string?)hook!["name"] == "zkprova-zkprova-migrate")!["last_run"]!["phase"]);
    }

    [Fact]
    public async Task A_hook_that_hangs_fails_when_its_time_is_up()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);

        var failed = await Assert.ThrowsAsync<HelmException>(() =>
            space.Helm.UpgradeAsync("zkprova", Chart, Tag("hang"), Stop, new HelmOptions { Timeout = TimeSpan.FromSeconds(1) }));

        Assert.Contains("timed out waiting for the condition", failed.Message);
    }

    [Fact]
    public async Task A_rollback_hook_that_fails_leaves_the_release_pending_as_real_helm_does()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one-crash"), Stop, new HelmOptions { NoHooks = true });
        await space.Helm.UpgradeAsync("zkprova", Chart, Tag("two"), Stop);

        await Assert.ThrowsAsync<HelmException>(() => space.Helm.RollbackAsync("zkprova", 1, Stop));

        Assert.Equal("1:superseded 2:deployed 3:pending-rollback", await space.StatusesAsync("zkprova"));
    }

    [Fact]
    public async Task Waiting_for_pods_that_never_come_fails_with_the_objects_left_as_they_are()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);

        var failed = await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync(
            "zkprova", Chart, Tag("notready"), Stop, new HelmOptions { Wait = true, Timeout = TimeSpan.FromSeconds(2) }));

        Assert.Equal("context deadline exceeded", failed.Message);
        Assert.EndsWith(":notready", Image(space));
        Assert.Equal("1:deployed 2:failed", await space.StatusesAsync("zkprova"));
    }

    [Fact]
    public async Task An_object_of_somebody_else_is_not_taken_over()
    {
        using var space = cluster.Space();
        space.Cluster.Operator.Apply($"{{ apiVersion: v1, kind: ServiceAccount, metadata: {{ name: zkprova-zkprova, namespace: {space.Namespace} }} }}");

        var refused = await Assert.ThrowsAsync<HelmException>(() => space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop));

        Assert.Equal($"Unable to continue with install: ServiceAccount \"zkprova-zkprova\" in namespace \"{space.Namespace}\" exists and cannot be imported into the current " +
            "release: invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set to \"Helm\"; annotation validation " +
            "error: missing key \"meta.helm.sh/release-name\": must be set to \"zkprova\"; annotation validation error: missing key \"meta.helm.sh/release-namespace\": " +
            $"must be set to \"{space.Namespace}\"", refused.Message);
        Assert.Empty(space.Records());
    }

    [Fact]
    public async Task What_the_chart_no_longer_has_is_deleted_unless_it_says_keep()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("tenants", TenantsChart.Of("1.0.0"), TenantsChart.Values(10, tenants: 3), Stop);
        await space.Helm.UpgradeAsync("tenants", TenantsChart.Of("1.0.0"), TenantsChart.Values(10, tenants: 2), Stop);
        Assert.Null(space.Find(Resources.ConfigMaps, "tenants-tenant-003"));

        await space.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), null, Stop);
        await space.Helm.UpgradeAsync("ledger", LedgerChart.Of("2.0.0", withDisk: false), null, Stop);
        Assert.NotNull(space.Find(Resources.PersistentVolumeClaims, "ledger-data"));
    }

    [Fact]
    public async Task Drift_of_a_built_in_kind_is_taken_back_and_what_nobody_names_is_left()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);
        space.Drift(Resources.Deployments, "zkprova-zkprova-backend", body =>
        {
            body["spec"]!["replicas"] = 5;
            body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/api:9";
            body["metadata"]!["annotations"]!["team"] = "proofs";
        });

        await space.Helm.UpgradeAsync("zkprova", Chart, Tag("two"), Stop);

        var live = space.Find(Resources.Deployments, "zkprova-zkprova-backend")!;
        Assert.Equal(2, (int)live["spec"]!["replicas"]!);
        Assert.EndsWith(":two", Image(space));
        Assert.Equal("proofs", (string?)live["metadata"]!["annotations"]!["team"]);
    }

    [Fact]
    public async Task Server_side_a_field_that_somebody_else_took_is_a_conflict_until_it_is_forced()
    {
        using var space = cluster.Space(new HelmOptions { Version = HelmVersion.Helm4 });
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);
        Assert.Equal("ssa", (string?)(await space.Helm.History.ReadAsync("zkprova", 1, Stop))["apply_method"]);
        space.Drift(Resources.Deployments, "zkprova-zkprova-backend", body => body["spec"]!["replicas"] = 5);
        var more = Tag("two");
        more["backend"] = new JsonObject { ["replicas"] = 3 };

        var refused = await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync("zkprova", Chart, more, Stop));
        Assert.Contains("conflict with \"kubectl-edit\" using apps/v1: .spec.replicas", refused.Message);
        Assert.StartsWith($"conflict occurred while applying object {space.Namespace}/zkprova-zkprova-backend apps/v1, Kind=Deployment: Apply failed with 1 conflict", refused.Message);

        await space.Helm.UpgradeAsync("zkprova", Chart, more, Stop, new HelmOptions { Version = HelmVersion.Helm4, ForceConflicts = true });
        Assert.Equal(3, (int)space.Find(Resources.Deployments, "zkprova-zkprova-backend")!["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task Helm_4_takes_over_what_Helm_3_applied()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("zkprova", Chart, Tag("one"), Stop);

        await space.Helm.UpgradeAsync("zkprova", Chart, Tag("two"), Stop, new HelmOptions { Version = HelmVersion.Helm4, ServerSide = true });

        var managers = space.Find(Resources.Deployments, "zkprova-zkprova-backend")!["metadata"]!["managedFields"]!.AsArray();
        Assert.Equal("Apply", (string?)managers.Single(one => (string?)one!["manager"] == "helm")!["operation"]);
        Assert.EndsWith(":two", Image(space));
    }

    [Fact]
    public async Task Old_records_are_pruned_and_the_deployed_one_stays()
    {
        using var space = cluster.Space(new HelmOptions { HistoryMax = 3, NoHooks = true });
        await space.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), null, Stop);
        await space.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.0.1"), null, Stop);
        for (var failed = 0; failed < 3; failed++)
        {
            await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.0.2"), new JsonObject { ["tag"] = "missing" }, Stop,
                new HelmOptions { HistoryMax = 3, NoHooks = true, Wait = true, Timeout = TimeSpan.FromMilliseconds(300) }));
        }

        Assert.Equal("2:deployed 4:failed 5:failed", await space.StatusesAsync("ledger"));
    }

    [Fact]
    public async Task A_catalogue_of_tenants_is_150_objects()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("tenants", TenantsChart.Of("1.0.0"), TenantsChart.Values(10), Stop);

        var manifest = (string)(await space.Helm.History.ReadAsync("tenants", 1, Stop))["manifest"]!;
        Assert.Equal(150, manifest.Split("# Source: ").Length - 1);
        Assert.NotNull(space.Find(Resources.NetworkPolicies, "tenants-tenant-049"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Kinds_from_the_crds_directory_are_created_once_and_their_objects_after_them(HelmVersion version)
    {
        using var space = cluster.Space(new HelmOptions { Version = version });
        var chart = MeteringChart.Of("0.4.0", "1.2.0");
        await space.Helm.InstallAsync("metering", chart, null, Stop);
        var meters = space.Cluster.Catalog.FindKind("metering.example/v1", "Meter")!;
        Assert.Equal(100, (int)space.Find(meters, "metering")!["spec"]!["limit"]!);
        Assert.DoesNotContain("kind: Meter\n          ", (string?)(await space.Helm.History.ReadAsync("metering", 1, Stop))["manifest"]);
        var before = space.Find(Resources.CustomResourceDefinitions, "meters.metering.example")!["metadata"]!["resourceVersion"]!.ToString();

        await space.Helm.UpgradeAsync("metering", chart with { Crds = [new("crds/meters.yaml", chart.Crds[0].Text.Replace("served: true", "served: true\n      deprecated: true"))] }, null, Stop);

        Assert.Equal(before, space.Find(Resources.CustomResourceDefinitions, "meters.metering.example")!["metadata"]!["resourceVersion"]!.ToString());
        await space.Helm.UpgradeAsync("metering", chart with { Templates = [.. chart.Templates.Where(file => !file.Name.Contains("crd"))] }, null, Stop);
        Assert.Null(space.Find(Resources.CustomResourceDefinitions, "tariffs.metering.example"));
    }

    [Fact]
    public async Task Client_side_drift_of_a_custom_resource_is_not_seen()
    {
        using var space = cluster.Space();
        await space.Helm.InstallAsync("metering", MeteringChart.Of("0.4.0", "1.2.0"), null, Stop);
        var meters = space.Cluster.Catalog.FindKind("metering.example/v1", "Meter")!;
        space.Drift(meters, "metering", body => body["spec"]!["limit"] = 7);

        await space.Helm.UpgradeAsync("metering", MeteringChart.Of("0.4.1", "1.2.1"), new JsonObject { ["unit"] = "hour" }, Stop);

        Assert.Equal("""{"unit":"hour","limit":7,"labels":{"owner":"finance"}}""", space.Find(meters, "metering")!["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task An_API_that_the_cluster_has_lost_keeps_the_old_manifest_from_being_built()
    {
        using var space = cluster.Space();
        space.Cluster.Catalog.ServeLegacy("batch/v1beta1");
        HelmChart old = new("reports", "1.0.0", "1")
        {
            Templates = [new("templates/cron.yaml", "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata:\n  name: reports\nspec:\n  schedule: '0 3 * * *'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers:\n            - name: report\n              image: shop/report:1\n")],
        };
        await space.Helm.InstallAsync("reports", old, null, Stop);
        space.Cluster.Catalog.Drop("batch/v1beta1");

        var refused = await Assert.ThrowsAsync<HelmException>(() => space.Helm.UpgradeAsync(
            "reports", old with { Version = "2.0.0", Templates = [new("templates/cron.yaml", old.Templates[0].Text.Replace("batch/v1beta1", "batch/v1"))] }, null, Stop));

        Assert.StartsWith("unable to build kubernetes objects from current release manifest: resource mapping not found for name: \"reports\"", refused.Message);
        Assert.Contains("no matches for kind \"CronJob\" in version \"batch/v1beta1\"", refused.Message);
        Assert.NotNull(space.Find(Resources.CronJobs, "reports"));
    }
}
