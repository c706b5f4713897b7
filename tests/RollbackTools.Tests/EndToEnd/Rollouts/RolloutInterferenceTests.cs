using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>Others are at work, the wire breaks, and the controller may not be there.</summary>
public sealed class RolloutInterferenceTests(RolloutCluster shared)
{
    [Fact]
    public async Task Of_many_people_at_once_exactly_one_goes_on()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        var people = Enumerable.Range(0, 4).Select(_ => shop.Production.SomebodyElse()).ToList();

        var outputs = await Task.WhenAll(people.Select(one => Production.RunAsync(one, "Undo-ArgoRollout catalog")));

        people.ForEach(one => one.Dispose());
        Assert.Single(outputs.SelectMany(output => output.Of<RollbackResult>()), result => result.Outcome == RollbackOutcome.RolledBack);
        Assert.All(outputs.SelectMany(output => output.Errors), error => Assert.Contains(error.ErrorId, (string[])["LockHeld", "ChangedMeanwhile"]));
        Assert.Equal("shop/catalog:1.0", shop.Image);
        Assert.Empty(shop.Production.List(Resources.Leases));
    }

    [Fact]
    public async Task What_somebody_ships_meanwhile_is_not_overwritten()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        // Between the abort and the template: the third PATCH of this run (the lock is the first) waits until somebody was faster.
        shop.Production.AddFault(new FaultRule { Kind = FaultKind.Latency, DelayMilliseconds = 1500, Verb = "patch", Resource = "rollouts", After = 1, Times = 1 });
        var rolling = shop.RunAsync("Undo-ArgoRollout catalog");
        await shop.Production.UntilAsync(() => shop.Rollout["status"]!["abort"] is not null);

        await shop.ChangeAsync(body => body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "shop/catalog:3.0");

        Assert.Equal("ChangedMeanwhile", Assert.Single((await rolling).Errors).ErrorId);
        Assert.Equal("shop/catalog:3.0", shop.Image);
    }

    [Theory]
    [InlineData(FaultKind.Conflict)]
    [InlineData(FaultKind.Reset)]
    public async Task Conflicts_and_lost_answers_are_read_and_decided_again(FaultKind kind)
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        shop.Production.AddFault(new FaultRule { Kind = kind, Verb = "patch", Resource = "rollouts", Times = 3 });

        var result = await shop.DoAsync("Undo-ArgoRollout catalog");

        Assert.Equal((RollbackOutcome.RolledBack, "shop/catalog:1.0"), (result.Outcome, shop.Image));
    }

    [Fact]
    public async Task A_watch_that_breaks_off_goes_on()
    {
        await using var shop = await shared.OpenAsync();
        await shop.MidCanaryAsync();
        shop.Production.AddFault(new FaultRule { Kind = FaultKind.Reset, Verb = "watch", Times = 4 });

        Assert.Equal(RollbackOutcome.RolledBack, (await shop.DoAsync("Undo-ArgoRollout catalog")).Outcome);
    }

    [Fact]
    [PracticeOnly("Rollouts that no controller looks after")]
    public async Task A_controller_that_is_not_there_is_told_after_a_minute_and_everything_can_be_taken_back()
    {
        var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = new Unattended(), Traffic = false }, CancellationToken.None);
        try
        {
            await using RolloutProduction shop = new(new Production(cluster, "alone"));
            await SeedAsync(shop);
            using var prompt = shop.Production.SomebodyElse(new FasterTime());

            var stopped = Assert.Single((await Production.RunAsync(prompt, "Stop-ArgoRollout catalog")).Of<RollbackResult>());
            Assert.Equal("NotTakenUp", stopped.ErrorId);
            Assert.Contains("does the Argo Rollouts controller run?", stopped.Message, StringComparison.Ordinal);
            var undone = Assert.Single((await Production.RunAsync(prompt, "Undo-ArgoRollout catalog")).Of<RollbackResult>());
            Assert.Equal(("NotTakenUp", "shop/catalog:1.0"), (undone.ErrorId, shop.Image));

            var back = Assert.Single((await Production.RunAsync(prompt, $"Undo-RollbackRun {undone.RunId}")).Of<RollbackResult>());
            Assert.Equal((RollbackOutcome.Undone, "shop/catalog:2.0"), (back.Outcome, shop.Image));
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }

    [Theory]
    [PracticeOnly("Rollouts that no controller looks after")]
    [InlineData("""{"pauseConditions":[{"reason":"InconclusiveAnalysisRun","startTime":"2026-01-01T00:00:00Z"}],"canary":{"currentStepAnalysisRunStatus":{"name":"a","status":"Inconclusive"}}}""", 2, "false")]
    [InlineData("""{"pauseConditions":null,"controllerPause":null,"phase":"Progressing"}""", 2, null)]
    [InlineData("{}", 1, "true")]
    public async Task A_promotion_writes_what_the_plugin_would(string status, int step, string? controllerPause)
    {
        var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = new Unattended(), Traffic = false }, CancellationToken.None);
        try
        {
            await using RolloutProduction shop = new(new Production(cluster, "alone"));
            await SeedAsync(shop);
            await shop.ChangeAsync(body =>
            {
                foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(status)!.AsObject())
                {
                    if (value is null) body["status"]!.AsObject().Remove(name);
                    else body["status"]![name] = value.DeepClone();
                }
            });

            await shop.DoAsync("Resume-ArgoRollout catalog -NoWait -Confirm:$false");

            var now = shop.Rollout["status"]!;
            Assert.Equal((step, controllerPause), ((int)now["currentStepIndex"]!, now["controllerPause"]?.ToString()));
            Assert.Null(now["pauseConditions"]);
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }

    // Half-way through a canary, as its controller left it when it went away.
    private static async Task SeedAsync(RolloutProduction shop)
    {
        shop.Production.Apply(shop.Manifest("2.0"));
        var uid = (string)shop.Rollout["metadata"]!["uid"]!;
        foreach (var (number, tag) in ((int, string)[])[(1, "1.0"), (2, "2.0")])
        {
            shop.Production.Apply($$"""
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata:
                  name: catalog-h{{number}}
                  namespace: {{shop.Production.Namespace}}
                  labels: { app: catalog, rollouts-pod-template-hash: h{{number}} }
                  annotations: { rollout.argoproj.io/revision: "{{number}}" }
                  ownerReferences: [{ apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: catalog, uid: {{uid}}, controller: true }]
                spec:
                  replicas: {{(number == 1 ? 3 : 1)}}
                  selector: { matchLabels: { app: catalog, rollouts-pod-template-hash: h{{number}} } }
                  template:
                    metadata: { labels: { app: catalog, rollouts-pod-template-hash: h{{number}} } }
                    spec: { containers: [{ name: app, image: "shop/catalog:{{tag}}" }] }
                """);
        }

        await shop.ChangeAsync(body => body["status"] = System.Text.Json.Nodes.JsonNode.Parse(
            """{"observedGeneration":"1","phase":"Paused","message":"CanaryPauseStep","stableRS":"h1","currentPodHash":"h2","currentStepIndex":1,"controllerPause":true,"pauseConditions":[{"reason":"CanaryPauseStep","startTime":"2026-01-01T00:00:00Z"}]}"""));
    }

    /// <summary>The kinds of Argo Rollouts, and nobody who looks after them.</summary>
    private sealed class Unattended : Estate
    {
        public override string Name => "unattended";

        public override string Namespace => "default";

        public override IReadOnlyList<IClusterAddOn> AddOns() => [new KindsAlone()];
    }

    private sealed class KindsAlone : IClusterAddOn
    {
        private readonly RolloutsPlatform rollouts = new();

        public IReadOnlyList<ResourceType> Kinds => rollouts.Kinds;

        public IReadOnlyList<Controller> Install(AddOnContext cluster) => [];

        public Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
