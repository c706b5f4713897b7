using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Charts.Samples;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.Helm;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>Objects that one revision names in other words than the next, or that only look like the release's: none is lost over it.</summary>
public sealed class HelmIdentityTests(SharedCluster shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chart_that_began_to_write_the_namespace_out_is_rolled_back()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", With(LedgerChart.Of("1.0.0"), Map("both", "1")), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.1.0"), Map("both", "2")), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.2.0"), Map("both", "3", production.Namespace)), null, Stop);
        await production.Helm.History.SetStatusAsync("ledger", 3, "failed", Stop);
        await production.Helm.History.SetStatusAsync("ledger", 2, "deployed", Stop);

        await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Equal("1", (string)production.Find(Resources.ConfigMaps, "both")!["data"]!["key"]!);
    }

    [Fact]
    public async Task A_namespace_that_a_revision_gives_to_a_kind_that_has_none_makes_no_other_object_of_it()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        var name = $"tier-{production.Namespace}";
        production.Production.DeleteAtTheEnd(Resources.PriorityClasses, name);
        ChartFile Tier(string ns) => new("templates/tier.yaml", $"apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata:\n  name: {name}\n{ns}value: 7\n");
        await production.Helm.InstallAsync("ledger", With(LedgerChart.Of("1.0.0"), Tier("")), null, Stop);
        await production.Helm.UpgradeAsync("ledger", LedgerChart.Of("1.1.0"), null, Stop);
        await production.Helm.History.ChangeAsync("ledger", 2, record => record["manifest"] =
            $"{record["manifest"]}---\n# Source: ledger/templates/tier.yaml\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata:\n  name: {name}\n  namespace: elsewhere\nvalue: 7\n", Stop);
        if (production.Production.Stage.Find(Resources.PriorityClasses, null, name) is null)
            production.Production.Apply($"{{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{ name: {name}, labels: {{ app.kubernetes.io/managed-by: Helm }}, annotations: {{ meta.helm.sh/release-name: ledger, meta.helm.sh/release-namespace: {production.Namespace} }} }}, value: 7 }}");

        var result = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.DoesNotContain(result.Steps, step => step.StartsWith("DELETE", StringComparison.Ordinal));
        Assert.NotNull(production.Production.Stage.Find(Resources.PriorityClasses, null, name));
    }

    [Fact]
    public async Task Leftovers_are_only_what_another_revision_has_and_no_claim_and_nothing_that_a_controller_made()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await FailedAsync(space, ShopChart.WithExtra);
        var marks = $"labels: {{ app.kubernetes.io/managed-by: Helm }}, annotations: {{ meta.helm.sh/release-name: shop, meta.helm.sh/release-namespace: {space.Namespace} }}";
        production.Apply($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: to-be-adopted, namespace: {space.Namespace}, {marks} }} }}");
        production.Apply($"{{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{ name: data, namespace: {space.Namespace}, {marks} }}, spec: {{ accessModes: [ReadWriteOnce], resources: {{ requests: {{ storage: 1Gi }} }} }} }}");
        production.Apply($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: made, namespace: {space.Namespace}, {marks}, ownerReferences: [{{ apiVersion: v1, kind: ConfigMap, name: shop, uid: {space.Find(Resources.ConfigMaps, "shop")!["metadata"]!["uid"]} }}] }} }}");

        var repair = await production.RollBackAsync("Repair-HelmRelease shop -RemoveLeftovers -Confirm:$false");

        Assert.Null(space.Find(Resources.ConfigMaps, "shop-extra"));
        foreach (var (kind, name) in ((ResourceType, string)[])[(Resources.ConfigMaps, "to-be-adopted"), (Resources.PersistentVolumeClaims, "data"), (Resources.ConfigMaps, "made")])
            Assert.NotNull(space.Find(kind, name));
        Assert.Contains(repair.Warnings, warning => warning.StartsWith("configmap/to-be-adopted carries the release's marks and is left alone: no revision that is kept has it.", StringComparison.Ordinal));
        Assert.Contains(repair.Warnings, warning => warning.StartsWith("persistentvolumeclaim/data carries", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployed_object_that_its_manifest_calls_by_a_removed_API_is_no_leftover()
    {
        await using var production = await shared.OpenAsync();
        using var space = HelmSpace.In(production);
        await FailedAsync(space, ShopChart.Chart);
        await space.Helm.History.ChangeAsync("shop", 1, record => record["manifest"] =
            ((string)record["manifest"]!).Replace("apiVersion: apps/v1\n", "apiVersion: extensions/v1beta1\n", StringComparison.Ordinal), Stop);

        var repair = await production.RollBackAsync("Repair-HelmRelease shop -RemoveLeftovers -Confirm:$false");

        Assert.NotNull(space.Find(Resources.Deployments, "shop"));
        Assert.DoesNotContain(repair.Steps, step => step.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_claim_that_would_go_is_a_danger_of_its_own_and_asked_about()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", LedgerChart.Of("1.0.0", withDisk: false), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(LedgerChart.Of("1.1.0", withDisk: false), new ChartFile("templates/scratch.yaml",
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: scratch\nspec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: 1Gi\n")), null, Stop);
        using var prompt = production.Production.SomebodyElse();
        List<string> asked = [];
        prompt.Answer = question =>
        {
            asked.Add(question);
            return !question.Contains("Do it all the same?", StringComparison.Ordinal);
        };

        var result = Assert.Single((await Production.RunAsync(prompt, "Invoke-HelmRollback ledger -ToRevision 1")).Of<RollbackResult>());

        Assert.Equal(RollbackOutcome.Declined, result.Outcome);
        Assert.Contains(asked, question => question.Contains("does not have persistentvolumeclaim/scratch: deleted, with everything in it.", StringComparison.Ordinal));
        Assert.NotNull(production.Find(Resources.PersistentVolumeClaims, "scratch"));
    }

    /// <summary>shop at revision 1, and an upgrade that failed.</summary>
    private static async Task FailedAsync(HelmSpace space, HelmChart upgrade)
    {
        await space.Helm.InstallAsync("shop", ShopChart.Chart, ShopChart.Values("1.0"), Stop);
        await space.Helm.UpgradeAsync("shop", upgrade, ShopChart.Values("1.1"), Stop);
        await space.Helm.History.SetStatusAsync("shop", 2, "failed", Stop);
        await space.Helm.History.SetStatusAsync("shop", 1, "deployed", Stop);
    }

    private static HelmChart With(HelmChart chart, params ChartFile[] more) => chart with { Templates = [.. chart.Templates, .. more] };

    private static ChartFile Map(string name, string value, string? ns = null) =>
        new($"templates/{name}.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{(ns is null ? "" : $"  namespace: {ns}\n")}data:\n  key: \"{value}\"\n");
}
