using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.ArgoCd;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>A StatefulSet that Argo CD deploys keeps its broken pod when its template is put right (kubernetes#67250).</summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class StuckPodTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-1")] // The wave must be healthy before the sync goes on, so the sync itself would wait for ever.
    public async Task The_pod_that_stays_is_replaced_and_only_that_one(string wave)
    {
        await using var production = await BrokenAsync(wave);
        var well = Uid(production, "queue-0");

        var result = await production.DoAsync("Invoke-ArgoRollback shop -Preempt -Timeout 1m");

        Assert.True(result.Outcome == RollbackOutcome.RolledBack, $"{result.Message} {string.Join('\n', result.Evidence)}");
        Assert.Equal(["shop/queue:1.0", "shop/queue:1.0"], Images(production));
        Assert.Equal(well, Uid(production, "queue-0"));
        Assert.Single(production.Runs.Read(result.RunId).Steps, step => step.Event == "Done" && step.Step.StartsWith("DELETE v1 pods/", StringComparison.Ordinal));
        Assert.Contains(result.Steps, step => step.Contains("that statefulset/queue leaves stuck", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sync_of_what_was_put_right_in_Git_replaces_it_too()
    {
        await using var production = await BrokenAsync(policy: "{}");
        production.Git.Commit("shop", Manifests("1.1"));

        var result = await production.DoAsync("Invoke-ArgoSync shop -Timeout 1m");

        Assert.True(result.Outcome == RollbackOutcome.Changed, $"{result.Message} {string.Join('\n', result.Evidence)}");
        Assert.Equal(["shop/queue:1.1", "shop/queue:1.1"], Images(production));
    }

    [Fact]
    public async Task A_StatefulSet_taken_back_by_way_of_Argo_CD_is_whole()
    {
        await using var production = await BrokenAsync();

        var result = await production.DoAsync("Invoke-ImageRollback statefulset/queue -Namespace prod -Via ArgoCD -Timeout 1m");

        Assert.True(result.Outcome == RollbackOutcome.RolledBack, $"{result.Message} {string.Join('\n', result.Evidence)}");
        Assert.Equal(["shop/queue:1.0", "shop/queue:1.0"], Images(production));
    }

    [Fact]
    public async Task What_somebody_synced_by_hand_and_left_stuck_is_healed_by_asking_for_it()
    {
        await using var production = await BrokenAsync(policy: "{}");
        await production.DoAsync("Invoke-ArgoRollback shop -NoWait");
        await production.UntilAsync(() => (string?)production.App["status"]!["operationState"]!["phase"] == "Succeeded" && production.App["operation"] is null);

        var result = await production.DoAsync("Invoke-ArgoRollback shop -Timeout 1m");

        Assert.Equal(RollbackOutcome.AlreadyThere, result.Outcome);
        Assert.Equal(["shop/queue:1.0", "shop/queue:1.0"], Images(production));
    }

    [Fact]
    public async Task Without_the_right_to_delete_pods_nothing_is_begun()
    {
        await using var production = await BrokenAsync();
        var policy = production.Policy;
        var viewer = Regex.Match(File.ReadAllText(production.Cluster.Kubeconfig), "[a-z0-9-]+-viewer").Value;

        var error = await production.FailAsync($"Invoke-ArgoRollback shop -Context {viewer}", "Forbidden");

        Assert.Contains("you may not delete pods there", error.Message, StringComparison.Ordinal);
        Assert.Equal(policy, production.Policy);
        Assert.Contains("shop/queue:2.0-crash", Images(production));
    }

    private static async Task<GitOpsProduction> BrokenAsync(string wave = "0", string policy = "{ automated: { prune: true, selfHeal: true } }")
    {
        var production = await GitOpsProduction.StartAsync();
        await BreakAsync(production, wave, policy);
        return production;
    }

    internal static async Task BreakAsync(GitOpsProduction production, string wave, string policy)
    {
        production.Git.Commit("shop", Manifests("1.0", wave));
        production.Cluster.Operator.Apply(ArgoPractice.Application(policy: policy));
        if (policy == "{}") await production.DoAsync("Invoke-ArgoSync shop");
        await production.UntilAsync(() => production.Health == "Healthy" && Images(production).Count == 2 && production.App["operation"] is null);
        production.Age(TimeSpan.FromDays(2));
        production.Git.Commit("shop", Manifests("2.0-crash", wave));
        if (policy == "{}") await production.DoAsync("Invoke-ArgoSync shop -NoWait");
        else production.Change(body => (body["metadata"]!["annotations"] ??= new JsonObject())["argocd.argoproj.io/refresh"] = "normal");
        await production.UntilAsync(() => production.Cluster.Store.List(Resources.Pods, "prod").Items.Any(pod => pod.Name == "queue-1"
            && (string?)pod.Read["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "CrashLoopBackOff"));
    }

    private static string Manifests(string tag, string wave = "0") => ArgoPractice.Deployment("shop/api:1.0", $$"""
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: queue, annotations: { argocd.argoproj.io/sync-wave: "{{wave}}" } }
        spec:
          replicas: 2
          serviceName: queue
          selector: { matchLabels: { app: queue } }
          template:
            metadata: { labels: { app: queue } }
            spec:
              containers:
              - { name: app, image: "shop/queue:{{tag}}" }
        """);

    private static List<StoredObject> Pods(GitOpsProduction production) =>
        [.. production.Cluster.Store.List(Resources.Pods, "prod").Items.Where(pod => pod.Name.StartsWith("queue-", StringComparison.Ordinal)).OrderBy(pod => pod.Name, StringComparer.Ordinal)];

    private static List<string> Images(GitOpsProduction production) => [.. Pods(production).Select(pod => (string)pod.Read["spec"]!["containers"]![0]!["image"]!)];

    private static string Uid(GitOpsProduction production, string pod) => (string)Pods(production).Single(one => one.Name == pod).Read["metadata"]!["uid"]!;
}
