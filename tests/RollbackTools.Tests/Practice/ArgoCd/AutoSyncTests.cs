using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.ArgoCd;

public sealed class AutoSyncTests
{
    private const string Extra = "---\nkind: ConfigMap\napiVersion: v1\nmetadata: { name: extra }\ndata: { a: b }";

    [Theory]
    [InlineData("{ automated: {} }", "shop/api:1")]
    [InlineData("{ automated: { enabled: true } }", "shop/api:1")]
    [InlineData("{ automated: { enabled: false, prune: true, selfHeal: true } }", null)]
    [InlineData("{}", null)]
    public async Task It_is_on_unless_it_is_absent_or_switched_off(string policy, string? image)
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync(policy);
        Assert.Equal(image, argo.Image);
        if (image is not null) Assert.True((bool?)argo.App["status"]!["operationState"]!["operation"]!["initiatedBy"]!["automated"]);
    }

    [Fact]
    public async Task Before_3_1_the_switch_is_dropped_on_write_and_automation_stays_on()
    {
        await using ArgoPractice argo = new(options => options with { KnowsAutomatedEnabled = false });
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync("{ automated: { enabled: false, prune: true } }");

        Assert.Equal("""{"prune":true}""", argo.App["spec"]!["syncPolicy"]!["automated"]!.ToJsonString());
        Assert.Equal("shop/api:1", argo.Image);
    }

    [Fact]
    public async Task A_new_commit_is_deployed_at_the_next_comparison()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync("{ automated: {} }");
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2"));
        await argo.Cluster.RunAsync(60);
        Assert.Equal("shop/api:1", argo.Image);
        await argo.Cluster.RunAsync(120);
        Assert.Equal("shop/api:2", argo.Image);
    }

    [Fact]
    public async Task Switched_on_again_after_a_rollback_it_redeploys_the_bad_commit_at_once()
    {
        await using ArgoPractice argo = new();
        var good = argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync("{ automated: {} }");
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:2"));
        await argo.Cluster.RunAsync(180);
        argo.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["enabled"] = false);
        await argo.OperateAsync($$"""{"revision":"{{good}}"}""");
        await argo.Cluster.RunAsync(600);
        Assert.Equal("shop/api:1", argo.Image);

        argo.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["enabled"] = true);
        await argo.Cluster.SettleAsync();
        Assert.Equal("shop/api:2", argo.Image);
    }

    [Fact]
    public async Task Without_selfHeal_drift_stays_and_with_it_drift_is_undone_further_and_further_apart()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync("{ automated: {} }");
        argo.Cluster.SetImage(Resources.Deployments, "api", "shop/api:9");
        await argo.Cluster.RunAsync(600);
        Assert.Equal(("shop/api:9", "OutOfSync"), (argo.Image, argo.Sync));

        argo.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["selfHeal"] = true);
        await argo.Cluster.SettleAsync();
        Assert.Equal("shop/api:1", argo.Image);
        Assert.Single(argo.History);
        Assert.Equal(1, (int)argo.App["status"]!["operationState"]!["operation"]!["sync"]!["autoHealAttemptsCount"]!);

        argo.Cluster.SetImage(Resources.Deployments, "api", "shop/api:9");
        await argo.Cluster.SettleAsync();
        Assert.Equal("shop/api:9", argo.Image);
        await argo.Cluster.RunAsync(3);
        Assert.Equal("shop/api:1", argo.Image);
        Assert.Equal(2, (int)argo.App["status"]!["operationState"]!["operation"]!["sync"]!["autoHealAttemptsCount"]!);
    }

    [Fact]
    public async Task A_commit_that_failed_is_not_tried_again()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", "---\nkind: ConfigMap\napiVersion: v1\nmetadata: { name: Bad_Name }"));
        await argo.StartAsync("{ automated: {}, retry: { limit: 1, backoff: { duration: 1s } } }");
        await argo.Cluster.RunUntilAsync(() => argo.Phase == "Failed");
        var finished = (string?)argo.App["status"]!["operationState"]!["finishedAt"];
        await argo.Cluster.RunAsync(900);

        Assert.Equal(finished, (string?)argo.App["status"]!["operationState"]!["finishedAt"]);
        var condition = argo.App["status"]!["conditions"]!.AsArray().Single()!;
        Assert.Equal("SyncError", (string?)condition["type"]);
        Assert.StartsWith("Failed last sync attempt to [", (string?)condition["message"]);
    }

    [Fact]
    public async Task It_prunes_when_told_to_but_never_everything()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Extra));
        await argo.StartAsync("{ automated: { prune: true } }");
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.Cluster.RunAsync(180);
        Assert.Empty(argo.Live(Resources.ConfigMaps));

        argo.Git.Commit("shop", "");
        await argo.Cluster.RunAsync(180);
        Assert.Equal("shop/api:1", argo.Image);
        Assert.Contains("auto-sync will wipe out all resources", (string?)argo.App["status"]!["conditions"]![0]!["message"]);
    }

    [Fact]
    public async Task Unless_told_to_it_leaves_what_only_needs_pruning()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1", Extra));
        await argo.StartAsync("{ automated: {} }");
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.Cluster.RunAsync(600);
        Assert.Equal(("OutOfSync", 1), (argo.Sync, argo.History.Count));
        Assert.NotEmpty(argo.Live(Resources.ConfigMaps));
    }

    [Fact]
    public async Task A_parent_application_restores_its_childs_policy_unless_it_ignores_it()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        argo.Git.Commit("parent", ArgoPractice.Application(policy: "{ automated: { prune: true } }"));
        argo.Cluster.Operator.Apply(ArgoPractice.Application("parent", "parent", "{ automated: { selfHeal: true } }"));
        await argo.Cluster.SettleAsync();
        Assert.Equal("shop/api:1", argo.Image);
        Assert.Equal("parent:argoproj.io/Application:argocd/shop", (string?)argo.App["metadata"]!["annotations"]!["argocd.argoproj.io/tracking-id"]);

        argo.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["prune"] = false);
        await argo.Cluster.RunAsync(10);
        Assert.True((bool?)argo.App["spec"]!["syncPolicy"]!["automated"]!["prune"]);

        argo.Change(body => body["spec"]!["ignoreDifferences"] = JsonNode.Parse(
            """[{"group":"argoproj.io","kind":"Application","jsonPointers":["/spec/syncPolicy"]}]"""), "parent");
        argo.Change(body => body["spec"]!["syncPolicy"]!["automated"]!["prune"] = false);
        await argo.Cluster.RunAsync(600);
        Assert.False((bool?)argo.App["spec"]!["syncPolicy"]!["automated"]!["prune"]);
        Assert.Equal("Synced", (string?)argo.Find("parent")["status"]!["sync"]!["status"]);
    }

    [Fact]
    public async Task Deleting_an_application_with_the_resources_finalizer_takes_its_objects_along()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        await argo.StartAsync("{ automated: {} }");
        argo.Change(body => body["metadata"]!["finalizers"] = new JsonArray("resources-finalizer.argocd.argoproj.io"));
        argo.Cluster.Store.Delete(ArgoResources.Applications, "argocd", "shop");
        await argo.Cluster.RunAsync(60);

        Assert.Null(argo.Image);
        Assert.Null(argo.Cluster.Store.Find(ArgoResources.Applications, "argocd", "shop"));
    }
}
