using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>Releases that another person's helm made, taken back by the cmdlet over real wires.</summary>
public sealed class HelmRollbackTests(SharedCluster shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<HelmVersion, HelmDriver> Helms => new()
    {
        { HelmVersion.Helm3, HelmDriver.Secret }, { HelmVersion.Helm3, HelmDriver.ConfigMap }, { HelmVersion.Helm4, HelmDriver.Secret }, { HelmVersion.Helm4, HelmDriver.ConfigMap },
    };

    [Theory]
    [MemberData(nameof(Helms))]
    public async Task It_goes_back_to_known_good_and_writes_the_records_that_helm_would(HelmVersion version, HelmDriver driver)
    {
        await using var production = await HelmProduction.ShippedAsync(shared, options: new HelmOptions { Version = version, Driver = driver, Labels = new Dictionary<string, string> { ["team"] = "proofs" } });

        var result = await production.RollBackAsync();

        Assert.Equal((RollbackOutcome.RolledBack, 2L, 1L), (result.Outcome, result.FromRevision, result.ToRevision));
        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
        var (first, record) = (await production.RecordAsync(1), await production.RecordAsync(3));
        Assert.Equal(("Rollback to 1", "deployed", 3), ((string)record["info"]!["description"]!, (string)record["info"]!["status"]!, (int)record["version"]!));
        Assert.Equal((string)first["info"]!["first_deployed"]!, (string)record["info"]!["first_deployed"]!);
        Assert.True(JsonNode.DeepEquals(first["chart"], record["chart"]));
        Assert.Equal((string)first["manifest"]!, (string)record["manifest"]!);
        Assert.Equal(Keys(first["info"]!), Keys(record["info"]!));
        Assert.Equal(Keys(first), Keys(record));
        Assert.Equal((string?)first["apply_method"], (string?)record["apply_method"]);
        Assert.Equal("Succeeded", (string)record["hooks"]!.AsArray().Single(hook => (string)hook!["name"]! == "zkprova-zkprova-smoke")!["last_run"]!["phase"]!);
        Assert.Empty(production.Production.List(Resources.Leases));
    }

    private static IEnumerable<string> Keys(JsonNode fields) => fields.AsObject().Select(field => field.Key);

    [Theory]
    [MemberData(nameof(Helms))]
    public async Task Helm_goes_on_from_there(HelmVersion version, HelmDriver driver)
    {
        HelmOptions options = new() { Version = version, Driver = driver };
        await using var production = await HelmProduction.ShippedAsync(shared, options: options);
        await production.RollBackAsync();

        Assert.Equal(4, await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("three"), Stop));
        Assert.Equal("ghcr.io/zkprova/backend:three", production.Image());
        Assert.Equal(5, await production.Helm.RollbackAsync("zkprova", 3, Stop));
        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());
    }

    [Fact]
    public async Task Asked_twice_it_is_there_already_and_never_goes_into_what_it_left()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await production.RollBackAsync();

        var again = await production.RollBackAsync();

        Assert.Equal(RollbackOutcome.AlreadyThere, again.Outcome);
        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task It_passes_over_a_revision_that_failed()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("three-errors"), Stop, new HelmOptions { NoHooks = true });
        await production.Helm.History.SetStatusAsync("zkprova", 2, "failed", Stop);

        Assert.Equal(1L, (await production.RollBackAsync()).ToRevision);
    }

    [Fact]
    public async Task What_if_shows_the_fields_what_somebody_changed_and_the_hooks_and_changes_nothing()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        production.Drift(Resources.Services, "zkprova-zkprova-backend", service => service["spec"]!["ports"]![0]!["targetPort"] = 8888);
        var before = Everything(production);

        var planned = await production.RollBackAsync("Invoke-HelmRollback zkprova -WhatIf");

        Assert.Equal(RollbackOutcome.Planned, planned.Outcome);
        var text = string.Join('\n', planned.Steps);
        Assert.Contains("sh.helm.release.v1.zkprova.v3", text, StringComparison.Ordinal);
        Assert.Contains("run pre-rollback hook job/zkprova-zkprova-migrate of revision 1", text, StringComparison.Ordinal);
        Assert.Contains($"PATCH apps/v1 deployments/zkprova-zkprova-backend -n {production.Namespace}", text, StringComparison.Ordinal);
        Assert.Contains("ghcr.io/zkprova/backend:two-errors → ghcr.io/zkprova/backend:one", text, StringComparison.Ordinal);
        Assert.Contains("changed by hand since", text, StringComparison.Ordinal);
        Assert.Contains("run post-rollback hook job/zkprova-zkprova-smoke of revision 1", text, StringComparison.Ordinal);
        Assert.Equal(before, Everything(production));
    }

    [Fact]
    public async Task An_undo_is_another_revision_that_holds_what_was_left()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        var result = await production.RollBackAsync();

        var undone = await production.RollBackAsync($"Undo-RollbackRun {result.RunId}");

        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        Assert.Equal("ghcr.io/zkprova/backend:two-errors", production.Image());
        Assert.Equal("1:superseded 2:superseded 3:superseded 4:deployed", await production.StatusesAsync());
        Assert.Equal("Rollback to 2", (string)(await production.RecordAsync(4))["info"]!["description"]!);
    }

    // What a rollback may write; what controllers go on writing is left out.
    private static List<string> Everything(HelmProduction production) =>
        [.. new[] { Resources.ServiceAccounts, Resources.Secrets, Resources.ConfigMaps, Resources.Services, Resources.Ingresses, Resources.Jobs, Resources.Leases }
            .SelectMany(production.Production.List).Select(item => $"{item.Type} {item.Name} {item.Version}"),
            .. production.Production.List(Resources.Deployments).Select(item => $"{item.Name} {item.Read["metadata"]!["generation"]}")];
}
