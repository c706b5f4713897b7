using System.Text.Json.Nodes;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Faults;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.ArgoCd;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>What happens to an Argo CD rollback while it is under way.</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class ArgoMidwayTests
{
    private const string Hook = """
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: { name: wait, annotations: { argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation } }
        spec: { template: { spec: { restartPolicy: Never, containers: [ { name: job, image: "shop/api:1.0" } ] } } }
        """;

    [Fact]
    public async Task An_application_deleted_meanwhile_ends_it()
    {
        await using var production = await HangingAsync();
        var rollback = production.RunAsync("Invoke-ArgoRollback shop -Id 0");
        await production.UntilAsync(() => (string?)production.App["status"]!["operationState"]?["phase"] == "Running");

        production.Cluster.Store.Delete(ArgoResources.Applications, "argocd", "shop");

        Assert.Equal("DeletedMeanwhile", Assert.Single((await rollback).Errors).ErrorId);
    }

    [Fact]
    public async Task An_operation_that_somebody_ends_is_said_so()
    {
        await using var production = await HangingAsync();
        var rollback = production.RunAsync("Invoke-ArgoRollback shop -Id 0");
        await production.UntilAsync(() => (string?)production.App["status"]!["operationState"]?["phase"] == "Running");

        production.Change(body => body["status"]!["operationState"]!["phase"] = "Terminating");

        Assert.Equal("OperationTerminated", Assert.Single((await rollback).Errors).ErrorId);
    }

    [Fact]
    public async Task Automation_that_somebody_switches_on_again_is_noticed()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        var slow = production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1.0").Replace("replicas: 2", "minReadySeconds: 590", StringComparison.Ordinal), "slow");
        var rollback = production.RunAsync($"Invoke-ArgoRollback shop -ToRevision {slow}");
        await production.UntilAsync(() => rollback.IsCompleted || (production is { Image: "shop/api:1.0", Health: "Progressing" } && production.App["operation"] is null));
        Assert.False(rollback.IsCompleted, string.Join('\n', rollback.IsCompleted ? (await rollback).Errors.Select(error => error.Message) : []));

        production.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["enabled"] = true);

        Assert.Contains(Assert.Single((await rollback).Errors).ErrorId, (string[])["PolicyReverted", "ChangedMeanwhile"]);
    }

    [Fact]
    public async Task Conflicts_are_met_by_reading_again()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        production.Cluster.Server.Faults.Add(new FaultRule { Kind = FaultKind.Conflict, Verb = "patch", Resource = "applications", Times = 3 });

        Assert.Equal(RollbackOutcome.RolledBack, (await production.DoAsync("Invoke-ArgoRollback shop")).Outcome);
    }

    [Fact]
    public async Task Automated_sync_comes_back_by_itself_when_Git_holds_the_same_by_then()
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        var policy = production.Policy;
        var slow = ArgoPractice.Deployment("shop/api:1.0").Replace("replicas: 2", "minReadySeconds: 590", StringComparison.Ordinal);
        var rollback = production.RunAsync($"Invoke-ArgoRollback shop -KeepPaused:$false -ToRevision {production.Git.Commit("shop", slow, "slow")}");
        await production.UntilAsync(() => production is { Image: "shop/api:1.0", Health: "Progressing" });

        // Somebody puts Git right while the rollback still waits for its pods.
        production.Git.Commit("shop", slow);

        var result = Assert.Single((await rollback).Of<RollbackResult>());
        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(policy, production.Policy);
        Assert.Null(production.Annotation(PausedPolicy.Annotation));
        Assert.Contains("automated sync is on again", result.Message, StringComparison.Ordinal);
    }

    private static async Task<GitOpsProduction> HangingAsync()
    {
        var production = await GitOpsProduction.StartAsync();
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1.0", Hook));
        production.Cluster.Operator.Apply(ArgoPractice.Application());
        await production.DoAsync("Invoke-ArgoSync shop -SkipHooks");
        production.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2.0"));
        await production.DoAsync("Invoke-ArgoSync shop");
        return production;
    }
}
