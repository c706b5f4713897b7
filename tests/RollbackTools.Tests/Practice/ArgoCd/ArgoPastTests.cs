using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;

namespace RollbackTools.Tests.Practice.ArgoCd;

public sealed class ArgoPastTests
{
    [Fact]
    public async Task An_estates_past_is_deployed_by_Argo_CD_at_its_own_times()
    {
        PastEstate estate = new();
        await using var cluster = await PracticeCluster.StartAsync(
            new PracticeClusterOptions { Estate = estate, Traffic = false, Api = false }, TestContext.Current.CancellationToken);

        var application = cluster.Store.Find(ArgoResources.Applications, "argocd", "shop")!.Read;
        var deployed = application["status"]!["history"]!.AsArray().Select(entry => DateTimeOffset.Parse((string)entry!["deployedAt"]!)).ToList();
        Assert.Equal(2, deployed.Count);
        Assert.InRange(cluster.Clock.GetUtcNow() - deployed[0], TimeSpan.FromDays(9.9), TimeSpan.FromDays(10.1));
        Assert.InRange(deployed[1] - deployed[0], TimeSpan.FromDays(3), TimeSpan.FromDays(3.1));
        Assert.Equal(("Synced", "Healthy"), ((string?)application["status"]!["sync"]!["status"], (string?)application["status"]!["health"]!["status"]));
        Assert.Empty(cluster.Faults);
        Assert.StartsWith("https://127.0.0.1:", cluster.AddOn<GitOpsPlatform>().Server.Url.ToString());
    }

    [Fact]
    public async Task A_cluster_without_it_serves_none_of_its_kinds()
    {
        await using var cluster = await PracticeCluster.StartAsync(
            new PracticeClusterOptions { Traffic = false }, TestContext.Current.CancellationToken);
        Assert.Throws<InvalidOperationException>(() => cluster.AddOn<GitOpsPlatform>());
        Assert.Throws<ArgumentException>(() => cluster.Operator.Apply(ArgoPractice.Application()));
    }

    private sealed class PastEstate : Estate
    {
        private readonly FakeRepository git = new();

        public override string Name => "past";

        public override TimeSpan Age => TimeSpan.FromDays(10);

        public override IReadOnlyList<IClusterAddOn> AddOns() => [new GitOpsPlatform(new ArgoCdOptions { Renderer = git })];

        public override async Task LiveAsync(EstatePast past, CancellationToken cancellation)
        {
            foreach (var ns in (string[])["argocd", "prod"]) past.Operator.Apply($"{{ kind: Namespace, metadata: {{ name: {ns} }} }}");
            git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
            past.Operator.Apply(ArgoPractice.Application(policy: "{ automated: {} }"));
            await past.UnfoldAsync(TimeSpan.FromSeconds(10), cancellation);
            await past.PassAsync(TimeSpan.FromDays(3), cancellation);
            git.Commit("shop", ArgoPractice.Deployment("shop/api:2"));
            await past.UnfoldAsync(TimeSpan.FromSeconds(10), cancellation);
            await past.PassAsync(Age, cancellation);
        }
    }
}
