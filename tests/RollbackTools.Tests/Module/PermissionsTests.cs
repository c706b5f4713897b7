using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Estates.Zkprova;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.Cmdlets.Live;
using YamlDotNet.Serialization;

namespace RollbackTools.Tests.Module;

/// <summary>docs/rbac/rollbacktools.yaml, held against what the cmdlets ask of the API.</summary>
public sealed class PermissionsTests : IAsyncLifetime
{
    private TomodaSession tomoda = null!;

    public async ValueTask InitializeAsync()
    {
        tomoda = await TomodaSession.StartAsync();
        await tomoda.ShipAsync("backend", $"{TomodaImages.Backend}:{TomodaImages.Crashing}");
        tomoda.Cluster.Server.Requests.Reset();
    }

    public ValueTask DisposeAsync() => tomoda.DisposeAsync();

    [Fact]
    public void A_reader_may_do_all_that_histories_health_tests_and_plans_need()
    {
        tomoda.Run("Get-ImageHistory").OrThrow();
        tomoda.Run("Get-ImageHistory -Selector team=search").OrThrow();
        tomoda.Run("Test-RollbackHealth backend").OrThrow();
        tomoda.Run("Invoke-ImageRollback backend -WhatIf").OrThrow();
        tomoda.Run("Restart-Workload backend -WhatIf").OrThrow();
        tomoda.Run("Suspend-Workload -Selector team=search -WhatIf").OrThrow();
        tomoda.Run("Suspend-Workload -CronJob nightly -WhatIf");

        Assert.Contains("get cronjobs", Asked());
        Assert.Empty(Asked().Except(Granted("rollbacktools-reader")));
    }

    [Fact]
    public void An_operator_may_also_do_all_that_a_rollback_and_its_undo_need()
    {
        tomoda.Cluster.Operator.Deploy(
            Resources.StatefulSets, "prod", "tomoda-search", $"{TomodaImages.Search}:{TomodaImages.Crashing}", "release");
        tomoda.Run("Invoke-ImageRollback backend,tomoda-search -Timeout 1m").OrThrow();
        tomoda.Runner.Run("Get-RollbackRun -Last 1 | Undo-RollbackRun").OrThrow();

        Assert.Contains("patch deployments", Asked());
        Assert.Empty(Asked().Except([.. Granted("rollbacktools-reader"), .. Granted("rollbacktools-operator")]));
    }

    [Fact]
    public void An_operator_may_also_stop_resume_and_restart()
    {
        tomoda.Cluster.Operator.Apply("""
            apiVersion: batch/v1
            kind: CronJob
            metadata: { name: nightly, namespace: prod, labels: { team: search } }
            spec:
              schedule: "0 3 * * *"
              jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [ { name: a, image: "ops/nightly:1" } ] } } } }
            """);
        tomoda.Run("Suspend-Workload -Selector team=search -Confirm:$false").OrThrow();
        tomoda.Run("Resume-Workload -Selector team=search").OrThrow();
        tomoda.Run("Suspend-Workload -CronJob nightly -Confirm:$false").OrThrow();
        tomoda.Run("Restart-Workload -Selector team=search").OrThrow();

        Assert.Contains("patch cronjobs", Asked());
        Assert.Empty(Asked().Except([.. Granted("rollbacktools-reader"), .. Granted("rollbacktools-operator")]));
    }

    [Fact]
    public async Task A_reader_of_Helm_releases_may_see_them_and_an_operator_may_repair_one()
    {
        var stop = TestContext.Current.CancellationToken;
        using (var helm = PracticeHelm.Open(tomoda.Cluster.Kubeconfig, "prod"))
        {
            await helm.InstallAsync("zkprova", ZkprovaChart.Of("0.14.0", "1.9.0"), Tag("one"), stop);
            await helm.UpgradeAsync("zkprova", ZkprovaChart.Of("0.14.0", "1.9.0"), Tag("two"), stop);
            await helm.History.SetStatusAsync("zkprova", 1, "deployed", stop);
        }

        tomoda.Cluster.Server.Requests.Reset();
        tomoda.Run("Get-HelmRelease").OrThrow();
        tomoda.Run("Get-HelmHistory zkprova").OrThrow();
        Assert.Empty(Asked().Except([.. Granted("rollbacktools-reader"), .. Granted("rollbacktools-helm-reader")]));
        tomoda.Run("Repair-HelmRelease zkprova").OrThrow();

        Assert.Contains("update secrets", Asked());
        Assert.Empty(Asked().Except([.. Granted("rollbacktools-reader"), .. Granted("rollbacktools-operator"), .. Granted("rollbacktools-helm-operator")]));
    }

    [Fact]
    public async Task An_operator_of_Helm_releases_may_also_do_all_that_their_rollback_and_its_undo_need()
    {
        var stop = TestContext.Current.CancellationToken;
        using (var helm = PracticeHelm.Open(tomoda.Cluster.Kubeconfig, "prod"))
        {
            await helm.InstallAsync("zkprova", ZkprovaChart.Of("0.14.0", "1.9.0"), Tag("one"), stop);
            await helm.UpgradeAsync("zkprova", ZkprovaChart.Of("0.14.0", "1.9.0"), Tag("two"), stop);
        }

        tomoda.Cluster.Server.Requests.Reset();
        tomoda.Run("Invoke-HelmRollback zkprova -ToRevision 1").OrThrow();
        tomoda.Runner.Run("Get-RollbackRun -Last 1 | Undo-RollbackRun").OrThrow();

        Assert.Contains("create jobs", Asked());
        Assert.Empty(Asked().Except([.. Granted("rollbacktools-reader"), .. Granted("rollbacktools-operator"), .. Granted("rollbacktools-helm-operator")]));
    }

    private static JsonObject Tag(string tag) => new() { ["image"] = new JsonObject { ["tag"] = tag } };

    // Every authenticated user may ask what he may do (system:basic-user), and find out what a server serves (system:discovery).
    private IEnumerable<string> Asked() => tomoda.Cluster.Server.Requests.Snapshot().Keys
        .Where(request => !request.EndsWith("selfsubjectaccessreviews", StringComparison.Ordinal) && !request.StartsWith("get /api", StringComparison.Ordinal));

    internal static List<string> Granted(string role)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "rbac", "rollbacktools.yaml"));
        var reader = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();
        var rules = text.Split("\n---\n").Select(reader.Deserialize<Role>).Single(one => one.Kind == "Role" && one.Metadata.Name == role).Rules;
        return [.. rules.SelectMany(rule => rule.Resources.SelectMany(resource => rule.Verbs.Select(verb => $"{verb} {resource}")))];
    }

    public sealed class Role
    {
        [YamlMember(Alias = "kind")]
        public string Kind { get; set; } = "";

        [YamlMember(Alias = "metadata")]
        public Meta Metadata { get; set; } = new();

        [YamlMember(Alias = "rules")]
        public List<Rule> Rules { get; set; } = [];
    }

    public sealed class Meta
    {
        [YamlMember(Alias = "name")]
        public string Name { get; set; } = "";
    }

    public sealed class Rule
    {
        [YamlMember(Alias = "resources")]
        public List<string> Resources { get; set; } = [];

        [YamlMember(Alias = "verbs")]
        public List<string> Verbs { get; set; } = [];
    }
}
