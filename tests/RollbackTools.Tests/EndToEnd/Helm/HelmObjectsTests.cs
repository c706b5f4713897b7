using System.Text.Json.Nodes;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Charts.Samples;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>What becomes of a release's objects on the way back, where manifests, live objects and other people differ.</summary>
public sealed class HelmObjectsTests(SharedCluster shared)
{
    private const string Backend = "zkprova-zkprova-backend";
    private const string Frontend = "zkprova-zkprova-frontend";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<HelmVersion> Versions => new(Enum.GetValues<HelmVersion>());

    [Fact]
    public async Task Drift_in_what_the_manifest_says_is_taken_back_and_what_it_does_not_say_is_left()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        production.Drift(Resources.ConfigMaps, "zkprova-zkprova-config", map =>
        {
            map["data"]!["LOG_LEVEL"] = "trace";
            map["data"]!["BY_HAND"] = "1";
        });
        production.Drift(Resources.Deployments, Backend, body => body["metadata"]!["annotations"]!["team"] = "proofs");

        await production.RollBackAsync();

        var data = production.Find(Resources.ConfigMaps, "zkprova-zkprova-config")!["data"]!;
        Assert.Equal(("info", "1"), ((string)data["LOG_LEVEL"]!, (string)data["BY_HAND"]!));
        Assert.Equal("proofs", (string)production.Find(Resources.Deployments, Backend)!["metadata"]!["annotations"]!["team"]!);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Replicas_stay_where_an_autoscaler_or_somebody_decided_and_the_plan_says_so(HelmVersion version)
    {
        await using var production = await HelmProduction.ShippedAsync(shared, options: new HelmOptions { Version = version });
        production.Drift(Resources.Deployments, Backend, body => body["spec"]!["replicas"] = 3);

        var result = await production.RollBackAsync();

        Assert.Equal(3, (int)production.Find(Resources.Deployments, Backend)!["spec"]!["replicas"]!);
        Assert.Contains(result.Warnings, warning => warning.Contains($"deployment/{Backend} stays at 3 replicas, not 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_autoscaler_decides_also_where_the_manifests_differ()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        production.Production.Apply($"{{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{ name: ledger, namespace: {production.Namespace} }}, spec: {{ maxReplicas: 9, scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: ledger }} }} }}");
        await production.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), new JsonObject { ["replicas"] = 1 }, Stop);
        await production.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.0.0"), new JsonObject { ["replicas"] = 4 }, Stop);

        var result = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Equal(4, (int)production.Find(Resources.Deployments, "ledger")!["spec"]!["replicas"]!);
        Assert.Contains(result.Warnings, warning => warning.Contains("HorizontalPodAutoscaler ledger decides", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_claim_that_has_grown_stays_so()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), new JsonObject { ["size"] = "10Gi" }, Stop);
        await production.Production.UntilAsync(() => (string?)production.Find(Resources.PersistentVolumeClaims, "ledger-data")?["status"]?["phase"] == "Bound");
        await production.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.0.0"), new JsonObject { ["size"] = "20Gi", ["tag"] = "2" }, Stop);

        var result = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Equal("20Gi", (string)production.Find(Resources.PersistentVolumeClaims, "ledger-data")!["spec"]!["resources"]!["requests"]!["storage"]!);
        Assert.Contains(result.Warnings, warning => warning.Contains("stays at 20Gi, not 10Gi: a claim cannot shrink", StringComparison.Ordinal));
        Assert.Equal("registry.example/ledger:1", production.Image("ledger"));
    }

    [Fact]
    public async Task What_the_target_does_not_have_goes_unless_it_says_keep_or_is_another_releases()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0", withDisk: false), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.1.0"), Map("gone"), Map("theirs")), null, Stop);
        production.Drift(Resources.ConfigMaps, "theirs", map => map["metadata"]!["annotations"]!["meta.helm.sh/release-name"] = "another");

        var result = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Null(production.Find(Resources.ConfigMaps, "gone"));
        Assert.NotNull(production.Find(Resources.ConfigMaps, "theirs"));
        Assert.NotNull(production.Find(Resources.PersistentVolumeClaims, "ledger-data"));
        Assert.Contains(result.Warnings, warning => warning.Contains("helm.sh/resource-policy is keep", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, warning => warning.Contains("belongs to Helm release", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_somebody_deleted_is_made_again_and_what_the_current_revision_does_not_know_is_adopted()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", With(LedgerChart.Of("1.0.0"), Map("both"), Map("old")), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.1.0"), Map("both")), null, Stop);
        production.Production.Delete("both", Resources.ConfigMaps);
        production.Production.Apply($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: old, namespace: {production.Namespace} }}, data: {{ mine: x }} }}");

        await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.NotNull(production.Find(Resources.ConfigMaps, "both"));
        var adopted = production.Find(Resources.ConfigMaps, "old")!;
        Assert.Equal(("ledger", "x", "1"), ((string)adopted["metadata"]!["annotations"]!["meta.helm.sh/release-name"]!, (string)adopted["data"]!["mine"]!, (string)adopted["data"]!["key"]!));
    }

    [Fact]
    public async Task What_a_failed_upgrade_left_and_what_was_deployed_before_it_goes_as_well()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.1.0"), Map("deployed")), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.2.0"), Map("failed")), null, Stop);
        await production.Helm.History.SetStatusAsync("ledger", 3, "failed", Stop);
        await production.Helm.History.SetStatusAsync("ledger", 2, "deployed", Stop);
        production.Production.Apply($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: deployed, namespace: {production.Namespace}, annotations: {{ meta.helm.sh/release-name: ledger, meta.helm.sh/release-namespace: {production.Namespace} }} }} }}");

        await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Null(production.Find(Resources.ConfigMaps, "deployed"));
        Assert.Null(production.Find(Resources.ConfigMaps, "failed"));
    }

    [Fact]
    public async Task A_custom_resource_that_somebody_changed_is_the_targets_again_though_the_manifests_are_equal()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        var group = $"g{production.Namespace.Replace("-", "", StringComparison.Ordinal)}.example.com";
        production.Production.Apply($$"""
            { apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: widgets.{{group}} },
              spec: { group: {{group}}, scope: Namespaced, names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList },
                versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } } } }] } }
            """);
        await production.EstablishedAsync($"widgets.{group}");
        ChartFile widget = new("templates/widget.yaml", $"apiVersion: {group}/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  size: 3\n  names: [a, b]\n");
        await production.Helm.InstallAsync("ledger", With(LedgerChart.Of("1.0.0"), widget), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.0.0"), widget), new JsonObject { ["tag"] = "2" }, Stop);
        await Kubectl.RunAsync(production.Production, $"patch widgets.{group} w --type merge -p \"{{\\\"spec\\\":{{\\\"size\\\":9,\\\"hand\\\":true}}}}\"");

        var planned = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1 -WhatIf");
        await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Contains(planned.Steps, line => line.Contains("spec.size: 9 → 3 (changed by hand since)", StringComparison.Ordinal));
        var live = JsonNode.Parse(await Kubectl.RunAsync(production.Production, $"get widgets.{group} w -o json"))!;
        Assert.Equal((3, true), ((int)live["spec"]!["size"]!, (bool)live["spec"]!["hand"]!));
    }

    [Fact]
    public async Task Server_side_a_field_that_somebody_took_is_named_beforehand_and_taken_back_when_told_to()
    {
        await using var production = await HelmProduction.ShippedAsync(shared, options: new HelmOptions { Version = HelmVersion.Helm4 });
        production.Drift(Resources.ConfigMaps, "zkprova-zkprova-config", map => map["data"]!["LOG_LEVEL"] = "trace");

        var refused = await production.FailAsync();
        Assert.Equal("FieldConflict", refused.ErrorId);
        Assert.Contains("-ForceConflicts", refused.NextStep, StringComparison.Ordinal);
        Assert.Equal("1:superseded 2:deployed", await production.StatusesAsync());

        await production.RollBackAsync("Invoke-HelmRollback zkprova -ForceConflicts");
        Assert.Equal("info", (string)production.Find(Resources.ConfigMaps, "zkprova-zkprova-config")!["data"]!["LOG_LEVEL"]!);
    }

    [Fact]
    public async Task Pruning_keeps_what_was_gone_back_to_and_what_is_deployed()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0"), null, Stop);
        for (var tag = 2; tag <= 6; tag++) await production.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.0.0"), new JsonObject { ["tag"] = $"{tag}" }, Stop);

        await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 2 -HistoryMax 3");

        Assert.Equal("2:superseded 5:superseded 6:superseded 7:deployed", await production.StatusesAsync("ledger"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_another_release_makes_or_takes_between_plan_and_write_is_not_touched(HelmVersion version)
    {
        await using var production = await HelmProduction.OpenAsync(shared, new HelmOptions { Version = version });
        await production.Helm.InstallAsync("ledger", With(LedgerChart.Of("1.0.0", withDisk: false), Map("made")), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.1.0", withDisk: false), Map("gone")), new JsonObject { ["tag"] = "2" }, Stop);
        // Once the record of the new revision is written, all is planned and nothing of the objects is changed.
        using var meanwhile = production.Production.Review("meanwhile.example.com", request =>
        {
            if (request is not { Operation: "CREATE", DryRun: false } || request.Type != Resources.Secrets) return null;
            production.Production.Apply($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: made, namespace: {production.Namespace}, annotations: {{ meta.helm.sh/release-name: another, meta.helm.sh/release-namespace: {production.Namespace} }} }}, data: {{ theirs: x }} }}");
            production.Drift(Resources.ConfigMaps, "gone", map => map["metadata"]!["annotations"]!["meta.helm.sh/release-name"] = "another");
            return null;
        });

        var failed = await production.FailAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Equal("ChangedMeanwhile", failed.ErrorId);
        Assert.Contains($"belongs to Helm release {production.Namespace}/another", failed.Message, StringComparison.Ordinal);
        var theirs = production.Find(Resources.ConfigMaps, "made")!;
        Assert.Equal(["theirs"], theirs["data"]!.AsObject().Select(field => field.Key));
        Assert.Equal("another", (string)theirs["metadata"]!["annotations"]!["meta.helm.sh/release-name"]!);
        Assert.NotNull(production.Find(Resources.ConfigMaps, "gone"));
        Assert.Equal("1:superseded 2:deployed 3:failed", await production.StatusesAsync("ledger"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_another_release_takes_before_it_would_be_changed_or_deleted_is_not_touched(HelmVersion version)
    {
        foreach (var name in (string[])["both", "gone"])
        {
            await using var production = await HelmProduction.OpenAsync(shared, new HelmOptions { Version = version });
            await production.Helm.InstallAsync("ledger", With(LedgerChart.Of("1.0.0", withDisk: false), Map("both")), null, Stop);
            await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.1.0", withDisk: false), Map("both", "2"), Map("gone")), null, Stop);
            using var meanwhile = production.Production.Review("meanwhile.example.com", request =>
            {
                if (request is { Operation: "CREATE", DryRun: false } && request.Type == Resources.Secrets)
                    production.Drift(Resources.ConfigMaps, name, map => map["metadata"]!["annotations"]!["meta.helm.sh/release-name"] = "another");
                return null;
            });

            Assert.Equal("ChangedMeanwhile", (await production.FailAsync("Invoke-HelmRollback ledger -ToRevision 1")).ErrorId);

            var taken = production.Find(Resources.ConfigMaps, name)!;
            Assert.Equal("another", (string)taken["metadata"]!["annotations"]!["meta.helm.sh/release-name"]!);
            Assert.Equal(name == "both" ? "2" : "1", (string)taken["data"]!["key"]!);
        }
    }

    [Fact]
    public async Task A_release_of_150_objects_goes_back_in_few_requests_and_what_is_so_already_costs_none()
    {
        // A server of its own: requests are counted.
        await using SharedCluster alone = new();
        await using var production = await HelmProduction.OpenAsync(alone);
        await production.Helm.InstallAsync("tenants", TenantsChart.Of("1.0.0"), TenantsChart.Values(10), Stop);
        await production.Helm.UpgradeAsync("tenants", TenantsChart.Of("1.0.0"), TenantsChart.Values(20, "registry.example/tenants/gateway:2"), Stop);
        await production.Production.CompleteAsync("tenants-gateway");
        var requests = production.Production.Stage.Requests;
        requests.Reset();

        await production.RollBackAsync("Invoke-HelmRollback tenants -ToRevision 1");

        var asked = requests.Snapshot();
        // 49 maps and one Deployment differ: each is tried once and written once; the other hundred cost nothing.
        Assert.Equal(98, asked["patch configmaps"]);
        Assert.DoesNotContain("get configmaps", asked.Keys);
        Assert.DoesNotContain("patch networkpolicies", asked.Keys);
        Assert.DoesNotContain("patch serviceaccounts", asked.Keys);
        Assert.True(asked.Values.Sum() < 160, string.Join(", ", asked.Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.Equal("10", (string)production.Find(Resources.ConfigMaps, "tenants-tenant-049")!["data"]!["limit"]!);
    }

    private static HelmChart With(HelmChart chart, params ChartFile[] more) => chart with { Templates = [.. chart.Templates, .. more] };

    private static ChartFile Map(string name, string value = "1") => new($"templates/{name}.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: \"{value}\"\n");
}
