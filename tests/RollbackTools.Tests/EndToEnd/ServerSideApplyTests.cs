using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Faults;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Who applies a workload goes on applying it: a rollback changes what runs, not who owns which field.</summary>
public sealed class ServerSideApplyTests(SharedCluster shared)
{
    private const string Apply = "apply --server-side --field-manager=ci -f -";
    private const string Inject = "apply --server-side --field-manager=injector -f -";

    [Fact]
    public async Task The_next_apply_goes_through_without_force()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await ShippedAsync(production);

        var result = await production.RollBackAsync("Invoke-ImageRollback api");
        Assert.Equal((RollbackOutcome.RolledBack, "shop/api:1.0"), (result.Outcome, production.Image("api")));
        Assert.Empty(result.Warnings);
        var fixedRelease = await Kubectl.RunAsync(production, Apply, Manifest(production, "2.1", "{ name: OLD, value: changed }"));

        Assert.Contains("serverside-applied", fixedRelease, StringComparison.Ordinal);
        Assert.Equal("shop/api:2.1", production.Image("api"));
        var env = Container(production)["env"]!.AsArray();
        Assert.Equal(["OLD=changed"], env.Select(item => $"{item!["name"]}={item["value"]}"));
    }

    [Fact]
    public async Task Every_field_is_with_who_had_it_and_none_of_spec_is_ours()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await ShippedAsync(production);
        await Kubectl.RunAsync(production, "set resources deployment api --limits=memory=64Mi --field-manager=tuner");
        await production.CompleteAsync("api");
        var before = Owners(production);

        await production.RollBackAsync("Invoke-ImageRollback api -ToTag 1.0");

        Assert.Equal(before, Owners(production));
        Assert.DoesNotContain(Owners(production).Keys, key => key.StartsWith("rollbacktools ", StringComparison.Ordinal));
        Assert.Contains(Owners(production), pair => pair.Key == "tuner Update" && pair.Value.Contains("f:limits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Undoing_leaves_the_fields_with_who_applies_them_too()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await ShippedAsync(production);
        var result = await production.RollBackAsync("Invoke-ImageRollback api");

        await production.RunAsync($"Undo-RollbackRun {result.RunId}");
        Assert.Equal("shop/api:2.0-errors", production.Image("api"));

        await Kubectl.RunAsync(production, Apply, Manifest(production, "2.1", "{ name: NEW, value: b }"));
        Assert.Equal("shop/api:2.1", production.Image("api"));
    }

    [Fact]
    public async Task A_run_cut_off_before_it_gave_the_fields_back_does_so_when_resumed()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await ShippedAsync(production);
        using CancellationTokenSource interrupt = new();
        // The second PATCH is the one that gives the fields back.
        production.AddFault(new FaultRule { Kind = FaultKind.Latency, DelayMilliseconds = 1500, Verb = "patch", Resource = "deployments", After = 1, Times = 1 });
        var cut = production.RunAsync("Invoke-ImageRollback api", interrupt.Token);
        await production.UntilAsync(() => production.Image("api") == "shop/api:1.0");
        await interrupt.CancelAsync();
        await cut;

        var run = Assert.Single(production.Runs.List());
        Assert.Equal(RunState.Interrupted, run.State);
        await production.RunAsync($"Resume-RollbackRun {run.RunId}");

        await Kubectl.RunAsync(production, Apply, Manifest(production, "2.1", ""));
        Assert.Equal("shop/api:2.1", production.Image("api"));
    }

    [Fact]
    public async Task Of_two_who_apply_each_keeps_exactly_his_fields()
    {
        Kubectl.Need();
        await using var production = await shared.OpenAsync();
        await Kubectl.RunAsync(production, Apply, Manifest(production, "1.0", "{ name: K, value: k }", "initContainers: [{ name: init, image: shop/init }], volumes: [{ name: v, emptyDir: {} }],"));
        await Kubectl.RunAsync(production, Inject, Injected(production));
        await production.CompleteAsync("api");
        var before = Owners(production);
        await Kubectl.RunAsync(production, Apply, Manifest(production, "2.0-errors", "{ name: NEW, value: b }", "terminationGracePeriodSeconds: 5,"));
        await production.CompleteAsync("api");

        var run = await production.RollBackAsync("Invoke-ImageRollback api -ToRevision 2");
        await production.RunAsync($"Undo-RollbackRun {run.RunId}");
        await production.RollBackAsync("Invoke-ImageRollback api -ToRevision 2");

        Assert.Equal(before, Owners(production));
        await Kubectl.RunAsync(production, Apply, Manifest(production, "3.0", "{ name: Z, value: z }"));
        await Kubectl.RunAsync(production, Inject, Injected(production));
        var pod = production.Get("api")["spec"]!["template"]!["spec"]!;
        Assert.Equal(["app", "side"], pod["containers"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Equal(["INJ", "Z"], Container(production)["env"]!.AsArray().Select(one => (string)one!["name"]!).Order());
        Assert.Equal((null, null), (pod["initContainers"], pod["volumes"]));
    }

    private static async Task ShippedAsync(Production production)
    {
        await Kubectl.RunAsync(production, Apply, Manifest(production, "1.0", "{ name: OLD, value: a }"));
        await production.CompleteAsync("api");
        production.Age("api", TimeSpan.FromDays(2));
        await Kubectl.RunAsync(production, Apply, Manifest(production, "2.0-errors", "{ name: NEW, value: b }"));
        await production.CompleteAsync("api");
    }

    private static JsonObject Container(Production production) =>
        production.Get("api")["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject();

    /// <summary>Of each writer of spec: the fields, sorted as the server sorts them.</summary>
    private static SortedDictionary<string, string> Owners(Production production) => new(production.Get("api")["metadata"]!["managedFields"]!.AsArray()
        .Where(entry => entry!["fieldsV1"]!["f:spec"] is not null)
        .ToDictionary(entry => $"{entry!["manager"]} {entry["operation"]}", entry => entry!["fieldsV1"]!["f:spec"]!.ToJsonString()));

    private static string Injected(Production production) =>
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api, namespace: {{production.Namespace}} }
        spec: { template: { spec: { containers: [{ name: app, env: [{ name: INJ, value: i }] }, { name: side, image: shop/side }] } } }
        """;

    private static string Manifest(Production production, string tag, string env, string pod = "") =>
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api, namespace: {{production.Namespace}}, labels: { app: api } }
        spec:
          replicas: 2
          selector: { matchLabels: { app: api } }
          template:
            metadata: { labels: { app: api } }
            spec: { {{pod}}
              containers: [{ name: app, image: "shop/api:{{tag}}", env: [{{env}}] }] }
        """;
}
