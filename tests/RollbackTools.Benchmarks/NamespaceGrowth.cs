namespace RollbackTools.Benchmarks;

/// <summary>How the client's time and memory grow with the namespace it works in.</summary>
internal sealed class NamespaceGrowth : Benchmark
{
    public override string Name => "growth";

    public override string Title => "(f) Time and managed memory as the namespace grows";

    public override async Task RunAsync(Report report, bool quick)
    {
        List<string[]> rows = [];
        foreach (var deployments in quick ? (int[])[10, 100] : [10, 100, 300, 1000])
        {
            await using var server = await FleetServer.StartAsync(deployments, 10);
            using Session session = new(server.Kubeconfig);
            var one = await MeasureAsync(server, session, 1, "deployment/app-0000");
            var fleet = await MeasureAsync(server, session, Math.Min(deployments, 200), string.Join(", ", Enumerable.Range(0, Math.Min(deployments, 200)).Select(i => $"deployment/app-{i:0000}")));
            rows.Add([$"{deployments:#,0} / {deployments * 10:#,0}", Report.Ms(one.Time), Report.Mb(one.Allocated), Report.Mb(one.Peak), Report.Ms(fleet.Time), Report.Mb(fleet.Allocated), Report.Mb(fleet.Peak)]);
        }

        report.Table(["deployments / pods", "one: time", "allocated", "live peak", "up to 200 of them: time", "allocated", "live peak"], rows);
    }

    private static async Task<(TimeSpan Time, long Allocated, long Peak)> MeasureAsync(FleetServer server, Session session, int count, string targets)
    {
        await server.BreakAsync(count);
        session.Time($"Invoke-ImageRollback {targets} -Namespace {FleetServer.Namespace}");
        await server.HealedAsync(count);
        await server.BreakAsync(count);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        long peak = 0;
        using CancellationTokenSource stop = new();
        var sampling = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
                await Task.Delay(5);
            }
        });
        var time = session.Time($"Invoke-ImageRollback {targets} -Namespace {FleetServer.Namespace}");
        await stop.CancelAsync();
        await sampling;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        await server.HealedAsync(count);
        return (time, allocated, peak);
    }
}
