using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;

[assembly: AssemblyFixture(typeof(RolloutCluster))]

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>One cluster with Argo Rollouts for all tests of them. Each test has a namespace of its own.</summary>
public sealed class RolloutCluster : IAsyncDisposable
{
    private readonly Lazy<Task<IStage>> stage = new(() => Stages.StartAsync(new RolloutsOnly(new RolloutsOptions())));

    /// <summary>A fresh namespace in it. The test is skipped on a real cluster without Argo Rollouts.</summary>
    internal async Task<RolloutProduction> OpenAsync()
    {
        var cluster = await stage.Value.WaitAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(cluster.Serves(RolloutResources.Rollouts), $"The API server that {Stages.Variable} names serves no Argo Rollouts.");
        return new RolloutProduction(new Production(cluster));
    }

    internal static Task<PracticeCluster> StartAsync(RolloutsOptions options) =>
        PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = new RolloutsOnly(options), Traffic = false }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (stage.IsValueCreated) await (await stage.Value).DisposeAsync();
    }
}

/// <summary>An empty cluster with Argo Rollouts.</summary>
internal sealed class RolloutsOnly(RolloutsOptions options) : Estate
{
    public override string Name => "rollouts";

    public override string Namespace => "default";

    public override IReadOnlyList<IClusterAddOn> AddOns() => [new RolloutsPlatform(options)];
}
