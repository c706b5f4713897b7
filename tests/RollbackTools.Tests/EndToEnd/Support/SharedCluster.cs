using RollbackTools.Practice.Estates;
using RollbackTools.Tests.EndToEnd.Support;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>One practice cluster for all end-to-end tests, started when the first of them asks. Each test has a namespace of its own.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly Lazy<Task<PracticeCluster>> cluster = new(() =>
        PracticeCluster.StartAsync(new PracticeClusterOptions { Traffic = false }, CancellationToken.None));

    private int namespaces;

    /// <summary>A fresh namespace in it.</summary>
    internal async Task<Production> OpenAsync() =>
        new(await cluster.Value, $"e2e-{Interlocked.Increment(ref namespaces)}");

    public async ValueTask DisposeAsync()
    {
        if (cluster.IsValueCreated) await (await cluster.Value).DisposeAsync();
    }
}
