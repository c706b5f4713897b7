using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Tests.Practice.ArgoCd;

public sealed class ManyApplicationsTests
{
    private const int Count = 30;

    [Fact]
    public async Task Thirty_applications_with_commits_drift_and_impatient_people_all_end_in_sync()
    {
        var stop = TestContext.Current.CancellationToken;
        ArgoEstate estate = new();
        await using var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate, Traffic = false }, stop);
        for (var i = 0; i < Count; i++)
        {
            Commit(i, 1);
            cluster.Operator.Apply(ArgoPractice.Application($"app-{i}", $"app-{i}", "{ automated: { selfHeal: true, prune: true } }"));
        }

        await cluster.WaitUntilAsync(() => Enumerable.Range(0, Count).All(i => Deployed(i, 1)), TimeSpan.FromSeconds(60), stop);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Task.Run(() =>
        {
            Random random = new(i);
            for (var round = 2; round <= 6; round++)
            {
                Commit(i, round);
                if (random.Next(2) == 0) Change(i, body => body["metadata"]!["annotations"]!["argocd.argoproj.io/refresh"] = "normal");
                if (random.Next(2) == 0) cluster.Operator.SetImage(Resources.Deployments, "prod", $"app-{i}", "shop/drift:1");
                if (random.Next(3) == 0) Change(i, body => body["operation"] ??= JsonNode.Parse("""{"initiatedBy":{"username":"bob"},"sync":{}}"""));
                if (random.Next(4) == 0) Change(i, body => { if (body["status"]?["operationState"] is JsonObject state && body["operation"] is not null) state["phase"] = "Terminating"; });
            }
        }, stop)));

        // What was terminated is not tried again, so the storm is followed by one more release.
        await cluster.WaitUntilAsync(() => cluster.Store.List(ArgoResources.Applications).Items.All(one => one.Read["operation"] is null), TimeSpan.FromSeconds(60), stop);
        for (var i = 0; i < Count; i++) Commit(i, 7);
        await cluster.WaitUntilAsync(() => Enumerable.Range(0, Count).All(i => Deployed(i, 7)), TimeSpan.FromSeconds(60), stop);
        Assert.Empty(cluster.Faults.Select(fault => $"{fault.Controller} {fault.Key}: {fault.Error}"));

        void Commit(int i, int version) =>
            estate.Git.Commit($"app-{i}", ArgoPractice.Deployment($"shop/api:{version}").Replace("name: api", $"name: app-{i}").Replace("app: api", $"app: app-{i}"));

        void Change(int i, Action<JsonObject> change) => cluster.Store.Update(ArgoResources.Applications, "argocd", $"app-{i}", body =>
        {
            change(body);
            return true;
        });

        bool Deployed(int i, int version)
        {
            var application = cluster.Store.Find(ArgoResources.Applications, "argocd", $"app-{i}")?.Read;
            return (string?)application?["status"]?["sync"]?["status"] == "Synced" && (string?)application["status"]?["health"]?["status"] == "Healthy"
                && application["operation"] is null
                && (string?)cluster.Store.Find(Resources.Deployments, "prod", $"app-{i}")?.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] == $"shop/api:{version}";
        }
    }
}
