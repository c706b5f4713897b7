using RollbackTools.Practice.Estates;
using RollbackTools.Tests.EndToEnd.Support;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>One practice cluster for all end-to-end tests, started when the first of them asks. Each test has a namespace of its own.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);
    private PracticeCluster? cluster;
    private int namespaces;

    /// <summary>A fresh namespace in it.</summary>
    internal async Task<Production> OpenAsync()
    {
        await starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            cluster ??= await PracticeCluster.StartAsync(new PracticeClusterOptions { Traffic = false }, CancellationToken.None);
        }
        finally
        {
            starting.Release();
        }

        return new Production(cluster, $"e2e-{Interlocked.Increment(ref namespaces)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        starting.Dispose();
    }
}
