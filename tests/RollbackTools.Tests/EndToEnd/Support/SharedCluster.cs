using RollbackTools.Tests.EndToEnd.Support;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>One cluster for all end-to-end tests, opened when the first of them asks. Each test has a namespace of its own.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly Lazy<Task<IStage>> stage = new(() => Stages.StartAsync());

    /// <summary>A fresh namespace in it.</summary>
    internal async Task<Production> OpenAsync() => new(await StageAsync());

    internal async Task<IStage> StageAsync() => await stage.Value.WaitAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (stage.IsValueCreated) await (await stage.Value).DisposeAsync();
    }
}
