using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Tests.EndToEnd.Rollouts;
using RollbackTools.Tests.EndToEnd.Support;

[assembly: AssemblyFixture(typeof(RolloutCluster))]

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>One practice cluster with Argo Rollouts for all tests of them. Each test has a namespace of its own.</summary>
public sealed class RolloutCluster : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);
    private PracticeCluster? cluster;
    private int namespaces;

    /// <summary>A fresh namespace in it.</summary>
    internal async Task<RolloutProduction> OpenAsync()
    {
        await starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            cluster ??= await StartAsync(new RolloutsOptions());
        }
        finally
        {
            starting.Release();
        }

        return new RolloutProduction(new Production(cluster, $"ro-{Interlocked.Increment(ref namespaces)}"));
    }

    internal static Task<PracticeCluster> StartAsync(RolloutsOptions options) =>
        PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = new RolloutsOnly(options), Traffic = false }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        starting.Dispose();
    }
}

/// <summary>An empty cluster with Argo Rollouts.</summary>
internal sealed class RolloutsOnly(RolloutsOptions options) : Estate
{
    public override string Name => "rollouts";

    public override string Namespace => "default";

    public override IReadOnlyList<IClusterAddOn> AddOns() => [new RolloutsPlatform(options)];
}
