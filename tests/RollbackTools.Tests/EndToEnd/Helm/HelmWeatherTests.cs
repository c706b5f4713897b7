using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Helm.Charts.Samples;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>What a cluster does to a rollback that is on its way: others write as well, watches end, room runs out, kinds appear, and the way of applying changes.</summary>
public sealed class HelmWeatherTests(SharedCluster shared)
{
    private const string Backend = "zkprova-zkprova-backend";
    private const string Settings = "settings";

    private static readonly HelmChart Ledger = LedgerChart.Of("1.0.0", withDisk: false);
    private static readonly HelmOptions ClientSide = new() { Version = HelmVersion.Helm4, ServerSide = false, NoHooks = true };
    private static readonly HelmOptions ServerSide = new() { Version = HelmVersion.Helm4, ServerSide = true, NoHooks = true };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<HelmVersion> Versions => new(Enum.GetValues<HelmVersion>());

    [Fact]
    public async Task From_applied_by_the_client_to_applied_by_the_server_what_the_target_does_not_have_goes_and_one_applier_owns_it()
    {
        await using var production = await HelmProduction.OpenAsync(shared, ClientSide);
        await production.Helm.InstallAsync("ledger", With(Map(Settings, "key"), Map("same", "key")), null, Stop, ServerSide);
        await production.Helm.UpgradeAsync("ledger", With(Map(Settings, "key", "extra"), Map("same", "key=2")), new JsonObject { ["tag"] = "2" }, Stop, ClientSide);
        await production.Helm.UpgradeAsync("ledger", With(Map(Settings, "key", "extra"), Map("same", "key")), null, Stop, ClientSide);
        Assert.Contains("helm Update", Owners(production));

        var planned = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1 -WhatIf");
        await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Contains("    data.extra: removed 1", planned.Steps);
        Assert.Contains(planned.Steps, line => line.Contains("configmaps/same", StringComparison.Ordinal) && line.EndsWith(": no field, but they become applied by the server", StringComparison.Ordinal));
        Assert.Equal(["key"], production.Find(Resources.ConfigMaps, Settings)!["data"]!.AsObject().Select(field => field.Key));
        Assert.Equal("registry.example/ledger:1", production.Image("ledger"));
        Assert.Equal(["helm Apply"], Owners(production));
        Assert.Equal(["helm Apply"], Owners(production, "same"));
        Assert.Equal("ssa", (string)(await production.RecordAsync(4, "ledger"))["apply_method"]!);
        await production.Helm.UpgradeAsync("ledger", With(), new JsonObject { ["tag"] = "3" }, Stop, new HelmOptions { Version = HelmVersion.Helm4 });
        Assert.Null(production.Find(Resources.ConfigMaps, Settings));
        Assert.Equal("registry.example/ledger:3", production.Image("ledger"));
    }

    [Fact]
    public async Task From_applied_by_the_server_to_applied_by_the_client_what_the_target_does_not_have_goes_and_helm_goes_on_either_way()
    {
        foreach (var next in (HelmOptions[])[ClientSide, ServerSide])
        {
            await using var production = await HelmProduction.OpenAsync(shared, ClientSide);
            await production.Helm.InstallAsync("ledger", With(Map(Settings, "key")), null, Stop, ClientSide);
            await production.Helm.UpgradeAsync("ledger", With(Map(Settings, "key", "extra")), new JsonObject { ["tag"] = "2" }, Stop, ServerSide);
            Assert.Equal(["helm Apply"], Owners(production));

            await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

            Assert.Equal(["key"], production.Find(Resources.ConfigMaps, Settings)!["data"]!.AsObject().Select(field => field.Key));
            Assert.Equal("csa", (string)(await production.RecordAsync(3, "ledger"))["apply_method"]!);
            await production.Helm.UpgradeAsync("ledger", With(Map(Settings, "other")), new JsonObject { ["tag"] = "3" }, Stop, next);
            Assert.Equal(["other"], production.Find(Resources.ConfigMaps, Settings)!["data"]!.AsObject().Select(field => field.Key));
            Assert.Equal("registry.example/ledger:3", production.Image("ledger"));
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_definition_and_its_objects_are_made_in_one_rollback(HelmVersion version)
    {
        Kubectl.Need();
        await using var production = await HelmProduction.OpenAsync(shared, new HelmOptions { Version = version });
        var group = $"g{production.Namespace.Replace("-", "", StringComparison.Ordinal)}.example.com";
        production.Production.DeleteAtTheEnd(Resources.CustomResourceDefinitions, $"widgets.{group}");
        ChartFile definition = new("templates/definition.yaml", $$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: widgets.{{group}}
            spec:
              group: {{group}}
              scope: Namespaced
              names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList }
              versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } } } }]

            """);
        ChartFile widget = new("templates/widget.yaml", $"apiVersion: {group}/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  size: 3\n");
        await production.Helm.InstallAsync("ledger", With(), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(), new JsonObject { ["tag"] = "2" }, Stop);
        await production.Helm.History.ChangeAsync("ledger", 1, record =>
            record["manifest"] = $"{record["manifest"]}\n---\n# Source: {definition.Name}\n{definition.Text}\n---\n# Source: {widget.Name}\n{widget.Text}", Stop);

        var planned = await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1 -WhatIf");
        await production.RollBackAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Contains($"POST {group}/v1 widgets/w -n {production.Namespace}", planned.Steps);
        Assert.Contains(planned.Warnings, warning => warning == "widget/w cannot be tried beforehand.");
        var live = JsonNode.Parse(await Kubectl.RunAsync(production.Production, $"get widgets.{group} w -o json"))!;
        Assert.Equal((3, "ledger"), ((int)live["spec"]!["size"]!, (string)live["metadata"]!["annotations"]!["meta.helm.sh/release-name"]!));
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync("ledger"));
    }

    [Fact]
    public async Task Room_that_runs_out_half_way_leaves_a_failed_record_and_what_was_deployed_and_a_resume_ends_it_once_there_is_room()
    {
        await using var production = await HelmProduction.OpenAsync(shared);
        await production.Helm.InstallAsync("ledger", With(Map("a", "key"), Map("b", "key")), null, Stop);
        await production.Helm.UpgradeAsync("ledger", With(), new JsonObject { ["tag"] = "2" }, Stop);
        // For one more: each of the two alone is accepted when it is tried.
        production.Production.Apply($"{{ apiVersion: v1, kind: ResourceQuota, metadata: {{ name: small, namespace: {production.Namespace} }}, spec: {{ hard: {{ count/configmaps: {production.Production.List(Resources.ConfigMaps).Count + 1} }} }} }}");

        var failed = await production.FailAsync("Invoke-HelmRollback ledger -ToRevision 1");

        Assert.Equal("QuotaExceeded", failed.ErrorId);
        Assert.Contains("exceeded quota: small", failed.Message, StringComparison.Ordinal);
        Assert.Equal("1:superseded 2:deployed 3:failed", await production.StatusesAsync("ledger"));
        Assert.Single((string[])["a", "b"], name => production.Find(Resources.ConfigMaps, name) is not null);
        Assert.Equal("registry.example/ledger:2", production.Image("ledger"));

        production.Production.Delete("small", Resources.ResourceQuotas);
        Assert.Equal(RollbackOutcome.RolledBack, (await production.RollBackAsync($"Resume-RollbackRun {failed.RunId}")).Outcome);
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync("ledger"));
        Assert.Equal("registry.example/ledger:1", production.Image("ledger"));
    }

    [Theory]
    [InlineData(FaultKind.WatchCut)]
    [InlineData(FaultKind.WatchExpired)]
    [InlineData(FaultKind.Reset)]
    public async Task A_watch_that_ends_while_a_hook_is_waited_for_is_taken_up_again(FaultKind kind)
    {
        await using var production = await HelmProduction.ShippedAsync(shared, good: "one-bad-pull", bad: "two");
        production.Production.AddFault(new FaultRule { Kind = kind, Verb = "watch", Resource = "jobs", Times = 3 });
        var typed = production.Production.RunAsync("Invoke-HelmRollback zkprova -ToRevision 1 -NoWait");
        await production.Production.UntilAsync(() => production.Production.Struck == 3 || typed.IsCompleted);
        Assert.False(typed.IsCompleted);

        // The Jobs' controller may write a status once more that it had worked out before: until the rollback has seen it.
        await production.Production.UntilAsync(() =>
        {
            foreach (var hook in (string[])["zkprova-zkprova-migrate", "zkprova-zkprova-smoke"]) if (production.Find(Resources.Jobs, hook) is not null) production.Complete(hook);
            return typed.IsCompleted;
        });

        Assert.Empty((await typed).Errors.Select(error => error.Message));
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
        production.Production.ClearFaults();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Others_who_write_the_same_objects_over_and_over_lose_nothing_and_keep_it_from_nothing(HelmVersion version)
    {
        // A release that the client applied, and that goes back to a revision that the server applies: every write is two.
        await using var production = await HelmProduction.ShippedAsync(shared, options: new HelmOptions { Version = version });
        if (version == HelmVersion.Helm4) await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("two-errors", "debug"), Stop, ClientSide);
        var writes = 0;
        using var crowd = production.Production.Review("crowd.example.com", request =>
        {
            if (request is not { Operation: "UPDATE", DryRun: false } || request.Name != Backend || request.Type != Resources.Deployments || request.User.StartsWith("system:", StringComparison.Ordinal)) return null;
            // Between what it read and what it writes.
            if (Interlocked.Increment(ref writes) is var time && time <= 5) production.Drift(Resources.Deployments, Backend, body => body["metadata"]!["labels"]![$"crowd-{time}"] = "was-here");
            return null;
        });

        await production.RollBackAsync("Invoke-HelmRollback zkprova -ToRevision 1");

        Assert.True(writes > 5, $"only {writes} writes");
        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());
        Assert.Equal(5, production.Find(Resources.Deployments, Backend)!["metadata"]!["labels"]!.AsObject().Count(label => label.Key.StartsWith("crowd-", StringComparison.Ordinal)));
        Assert.EndsWith(":deployed", await production.StatusesAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_storm_of_conflicts_that_does_not_end_is_a_failure_that_leaves_what_was_deployed(HelmVersion version)
    {
        await using var production = await HelmProduction.ShippedAsync(shared, options: new HelmOptions { Version = version });
        production.Production.AddFault(new FaultRule { Kind = FaultKind.Conflict, Verb = "patch", Resource = "deployments", Name = Backend, DryRun = false });

        var failed = await production.FailAsync();

        Assert.Equal("Conflict", failed.ErrorId);
        Assert.Contains(Backend, failed.Message, StringComparison.Ordinal);
        Assert.Equal("1:superseded 2:deployed 3:failed", await production.StatusesAsync());
        production.Production.ClearFaults();
        Assert.Equal(RollbackOutcome.RolledBack, (await production.RollBackAsync($"Resume-RollbackRun {failed.RunId}")).Outcome);
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
    }

    private static string[] Owners(HelmProduction production, string name = Settings) => [.. production.Find(Resources.ConfigMaps, name)!["metadata"]!["managedFields"]!.AsArray()
        .Select(entry => $"{entry!["manager"]} {entry["operation"]}").Order(StringComparer.Ordinal)];

    private static HelmChart With(params ChartFile[] more) => Ledger with { Templates = [.. Ledger.Templates, .. more] };

    // Of "key" the value is 1, of "key=2" it is 2.
    private static ChartFile Map(string name, params string[] entries) => new($"templates/{name}.yaml",
        $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n{string.Concat(entries.Select(entry => entry.Split('=')).Select(entry => $"  {entry[0]}: \"{entry.ElementAtOrDefault(1) ?? "1"}\"\n"))}");
}
