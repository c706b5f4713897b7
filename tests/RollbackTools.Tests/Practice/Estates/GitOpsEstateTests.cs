using System.Diagnostics;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Bookstore;
using RollbackTools.Practice.Estates.GitOps;
using RollbackTools.Practice.Estates.Gospelib;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.Practice.Git;

namespace RollbackTools.Tests.Practice.Estates;

public sealed class GitOpsEstateTests(ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tomoda")]
    [InlineData("gospelib")]
    [InlineData("bookstore")]
    public async Task Probe(string name)
    {
        RealGit.Need();
        var watch = Stopwatch.StartNew();
        GitOpsEstate estate = name switch { "tomoda" => new TomodaGitOpsEstate(), "gospelib" => new GospelibEstate(), _ => new BookstoreEstate() };
        await using var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate }, Stop);
        output.WriteLine($"{watch.Elapsed}");
        foreach (var app in cluster.Store.List(ArgoResources.Applications).Items)
        {
            output.WriteLine($"{app.Name} {app.Read["status"]?["sync"]?["status"]} {app.Read["status"]?["health"]?["status"]} {app.Read["status"]?["conditions"]}");
            foreach (var entry in app.Read["status"]!["history"]?.AsArray() ?? []) output.WriteLine($"  {entry!["id"]} {entry["revision"]} {entry["deployedAt"]}");
        }
        foreach (var set in cluster.Store.List(Resources.ReplicaSets, estate.Namespace).Items.OrderBy(s => s.Name))
            output.WriteLine($"{set.Name} {set.Read["metadata"]!["annotations"]?["deployment.kubernetes.io/revision"]} {set.Read["spec"]!["replicas"]} {set.Read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]}");
        foreach (var fault in cluster.Faults) output.WriteLine($"{fault.Error}");
        await Task.Delay(5000, Stop);
        foreach (var app in cluster.Store.List(ArgoResources.Applications).Items)
            output.WriteLine($"{app.Name} {app.Read["status"]?["sync"]?["status"]} {app.Read["status"]?["health"]?["status"]} {app.Read["status"]?["conditions"]} {app.Read["status"]!["history"]!.AsArray().Count}");
    }
}
