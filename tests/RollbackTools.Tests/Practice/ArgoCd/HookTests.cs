using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.ArgoCd;

public sealed class HookTests
{
    private static string Job(string hook, string name = "migrate", string image = "shop/migrate:1", string policy = "BeforeHookCreation") => $$"""
        ---
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{name}}
          annotations: { argocd.argoproj.io/hook: {{hook}}, argocd.argoproj.io/hook-delete-policy: {{policy}} }
        spec:
          backoffLimit: 0
          template: { spec: { restartPolicy: Never, containers: [{ name: app, image: "{{image}}" }] } }
        """;

    [Fact]
    public async Task A_PreSync_hook_ends_before_anything_is_applied_and_runs_again_next_time()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Job("PreSync")));
        await argo.StartAsync();
        await argo.OperateAsync("{}");

        Assert.Equal(("Running", "waiting for completion of hook batch/Job/migrate"), (argo.Phase, argo.Message));
        Assert.Null(argo.Image);
        Assert.NotNull(argo.App["operation"]);
        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Succeeded");
        Assert.Equal("shop/api:1", argo.Image);
        var hook = argo.App["status"]!["operationState"]!["syncResult"]!["resources"]!.AsArray().Single(one => (string?)one!["kind"] == "Job")!;
        Assert.Equal(("PreSync", "Succeeded", "PreSync"), ((string?)hook["hookType"], (string?)hook["hookPhase"], (string?)hook["syncPhase"]));

        // The hook that is still there is no part of the application.
        Assert.Equal("Synced", argo.Sync);
        var first = argo.Cluster.Get(Resources.Jobs, "migrate").Read["metadata"]!["uid"]!.ToString();
        await argo.OperateAsync("{}");
        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Succeeded");
        Assert.NotEqual(first, argo.Cluster.Get(Resources.Jobs, "migrate").Read["metadata"]!["uid"]!.ToString());
    }

    [Fact]
    public async Task A_failed_PreSync_hook_fails_the_sync_and_nothing_is_deployed()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Job("PreSync", image: "shop/migrate:crash")));
        await argo.StartAsync();
        await argo.OperateAsync("{}");
        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Failed");

        Assert.Equal("one or more synchronization tasks completed unsuccessfully", argo.Message);
        Assert.Null(argo.Image);
        Assert.Empty(argo.History);
    }

    [Fact]
    public async Task A_PostSync_hook_waits_for_what_it_comes_after_to_be_healthy()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Job("PostSync", policy: "HookSucceeded")));
        await argo.StartAsync();
        await argo.OperateAsync("{}");

        Assert.Equal("waiting for healthy state of apps/Deployment/api", argo.Message);
        Assert.Empty(argo.Live(Resources.Jobs));
        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Succeeded");
        await argo.Cluster.SettleAsync();
        Assert.Empty(argo.Live(Resources.Jobs));
    }

    [Fact]
    public async Task An_apply_strategy_skips_hooks()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Job("PreSync")));
        await argo.StartAsync();
        await argo.OperateAsync("""{"syncStrategy":{"apply":{} } }""");

        Assert.Equal(("Succeeded", "shop/api:1"), (argo.Phase, argo.Image));
        Assert.Empty(argo.Live(Resources.Jobs));
    }

    [Fact]
    public async Task Terminating_ends_the_hook_that_runs_and_fails_the_operation()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Job("PreSync")));
        await argo.StartAsync();
        await argo.OperateAsync("{}", ""","retry":{"limit":5}""");
        Assert.Equal("Running", argo.Phase);

        argo.Change(body => body["status"]!["operationState"]!["phase"] = "Terminating");
        await argo.Cluster.SettleAsync();

        Assert.Equal(("Failed", "Operation terminated"), (argo.Phase, argo.Message));
        Assert.Null(argo.App["operation"]);
        Assert.Empty(argo.Live(Resources.Jobs));
        Assert.Null(argo.Image);
    }

    [Fact]
    public async Task A_SyncFail_hook_runs_when_the_sync_fails_and_only_then()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Job("PreSync", image: "shop/migrate:crash") + "\n" + Job("SyncFail", "tell")));
        await argo.StartAsync();
        await argo.OperateAsync("{}");
        Assert.Null(argo.Cluster.Store.Find(Resources.Jobs, "prod", "tell"));
        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Failed");
        var told = argo.App["status"]!["operationState"]!["syncResult"]!["resources"]!.AsArray().Single(one => (string?)one!["name"] == "tell")!;
        Assert.Equal(("SyncFail", "Succeeded"), ((string?)told["hookType"], (string?)told["hookPhase"]));
    }

    [Fact]
    public async Task Waves_come_one_after_the_other()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: late, annotations: { argocd.argoproj.io/sync-wave: "1" } }
            """));
        await argo.StartAsync();
        await argo.OperateAsync("{}");

        Assert.Equal(("Running", "waiting for healthy state of apps/Deployment/api"), (argo.Phase, argo.Message));
        Assert.Null(argo.Cluster.Store.Find(Resources.ConfigMaps, "prod", "late"));
        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Succeeded");
        Assert.NotNull(argo.Cluster.Store.Find(Resources.ConfigMaps, "prod", "late"));
    }
}
