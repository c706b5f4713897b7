using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>A Rollout that Argo CD deploys and heals: the whole job is the same.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class WholeRolloutTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Invoke-ImageRollback api -Namespace prod -Reason INC-1")]
    [InlineData("Undo-ArgoRollout api -Namespace prod -Reason INC-1")]
    public async Task The_bad_version_leaves_traffic_and_Git_and_never_comes_back(string line)
    {
        await using var production = await WholeProduction.StartAsync(rollout: true);
        var policy = production.Policy;
        await production.BreakAsync();

        var result = await production.DoAsync(line);

        Assert.Equal((RollbackOutcome.RolledBack, "Rollout", WholeProduction.Bad, WholeProduction.Good), (result.Outcome, result.Kind, result.From, result.To));
        Assert.Equal((WholeProduction.Good, policy), (production.Image("api"), production.Policy));
        Assert.Contains("newTag: v1.0.0 # the good one", await production.ReadAsync(WholeProduction.File), StringComparison.Ordinal);
        Assert.Contains(result.Steps, step => step.Contains("rollouts/api/status", StringComparison.Ordinal));
        production.Watch();
        await production.RunsAsync(WholeProduction.Good);
        await production.Cluster.SettleAsync(Stop);
        Assert.DoesNotContain(WholeProduction.Bad, production.PodImages);
        Assert.Equal("Healthy", (string?)Rollout(production)["status"]!["phase"]);
    }

    [Fact]
    public async Task By_way_of_Git_the_traffic_does_not_wait_for_the_commit()
    {
        await using var production = await WholeProduction.StartAsync(updates: false, rollout: true);
        await production.BreakAsync();

        var result = await production.DoAsync("Undo-ArgoRollout api -Namespace prod -Via Git");

        Assert.Equal((RollbackOutcome.RolledBack, WholeProduction.Good), (result.Outcome, production.Image("api")));
        var steps = result.Steps.ToList();
        Assert.InRange(steps.FindIndex(step => step.Contains("abort", StringComparison.Ordinal)), 0, steps.FindIndex(step => step.StartsWith("PUSH", StringComparison.Ordinal)) - 1);
    }

    [Fact]
    public async Task What_a_pin_leaves_as_it_is_is_said_and_not_promised()
    {
        const string file = "apps/shop/base/api.yaml";
        await using var production = await WholeProduction.StartAsync(updates: false, rollout: true);
        await production.CommitAsync("a setting", file, (await production.ReadAsync(file)).Replace("image: shop/api", "image: shop/api, env: [{ name: A, value: a }]", StringComparison.Ordinal));
        await production.BreakAsync();

        var planned = Assert.Single((await production.RunAsync("Undo-ArgoRollout api -Namespace prod -ToRevision 1 -WhatIf")).Of<RollbackResult>());

        Assert.Contains(planned.Warnings, warning => warning.Contains("changed by more than its image", StringComparison.Ordinal) && warning.Contains("env", StringComparison.Ordinal));
        Assert.DoesNotContain(planned.Steps, step => step.StartsWith("also ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_the_cluster_alone_it_says_who_will_fight_back()
    {
        await using var production = await WholeProduction.StartAsync(updates: false, rollout: true);
        await production.BreakAsync();

        var output = await production.RunAsync("Undo-ArgoRollout api -Namespace prod -Via Cluster -WhatIf");

        Assert.Contains(output.Of<RollbackResult>().Single().Warnings, warning => warning.Contains("self-heal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_stopped_although_it_is_healed_and_comes_back()
    {
        await using var production = await WholeProduction.StartAsync(updates: false, rollout: true);

        var stopped = await production.RunAsync("Suspend-Workload rollout/api -Namespace prod");
        Assert.Empty(stopped.Errors.Select(error => error.Message));
        Assert.Equal("0", Rollout(production)["spec"]!["replicas"]!.ToString());

        var back = await production.RunAsync("Resume-Workload rollout/api -Namespace prod");
        Assert.Empty(back.Errors.Select(error => error.Message));
        await production.RunsAsync(WholeProduction.Good);
        Assert.Equal("2", Rollout(production)["spec"]!["replicas"]!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" -ClusterOnly -Namespace prod")]
    public async Task A_release_takes_its_Rollouts_along(string way)
    {
        await using var production = await WholeProduction.StartAsync(updates: false, rollout: true);
        await production.Git.TagAsync("release/v1.0.0", (await production.Git.ResolveAsync("main", Stop))!, Stop);
        production.Age(TimeSpan.FromDays(2));
        await production.BreakAsync();
        await production.Git.TagAsync("release/v2.0.0", (await production.Git.ResolveAsync("main", Stop))!, Stop);
        if (way.Length > 0) await production.RunAsync("Set-ArgoSyncPolicy shop -Policy None");

        var output = await production.RunAsync($"Invoke-ReleaseRollback shop -ToTag release/v1.0.0{(way.Length > 0 ? $"{way} -Repository {production.Git.HttpUrl} -Overlay {WholeProduction.Overlay}" : "")}");

        Assert.Empty(output.Errors.Select(error => $"{error.ErrorId}: {error.Message}"));
        Assert.Equal(WholeProduction.Good, production.Image("api"));
        Assert.All(output.Of<RollbackResult>(), result => Assert.Equal(RollbackOutcome.RolledBack, result.Outcome));
    }

    private static System.Text.Json.Nodes.JsonObject Rollout(WholeProduction production) => production.Cluster.Store.Find(RolloutResources.Rollouts, "prod", "api")!.Read;
}
