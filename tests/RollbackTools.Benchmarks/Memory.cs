namespace RollbackTools.Benchmarks;

/// <summary>What the managed heap holds at most while something runs, beyond what it held before.</summary>
internal static class Memory
{
    public static async Task<(T Result, long Peak)> PeakAsync<T>(Func<T> work)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long peak = 0;
        using CancellationTokenSource stop = new();
        var sampling = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
                await Task.Delay(2);
            }
        });
        var result = work();
        await stop.CancelAsync();
        await sampling;
        return (result, peak);
    }
}
