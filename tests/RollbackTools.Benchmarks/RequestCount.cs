namespace RollbackTools.Benchmarks;

/// <summary>What a rollback costs the API server.</summary>
internal sealed class RequestCount : Benchmark
{
    public override string Name => "requests";

    public override string Title => "(c) Requests per rollback";

    public override async Task RunAsync(Report report, bool quick)
    {
        List<string[]> rows = [];
        foreach (var count in quick ? (int[])[1, 10] : [1, 10, 50, 200])
        {
            await using var server = await FleetServer.StartAsync(count, 3);
            using Session session = new(server.Kubeconfig);
            var target = count == 1 ? "deployment/app-0000" : "-Selector fleet=benchmark";
            await server.BreakAsync(count);
            await server.ResetRequestsAsync();
            session.Time($"Invoke-ImageRollback {target} -Namespace {FleetServer.Namespace}");
            var requests = await server.RequestsAsync();
            var of = requests.Where(pair => !pair.Key.Contains("practice", StringComparison.Ordinal)).ToList();
            rows.Add([$"{count}", $"{of.Sum(pair => pair.Value)}", $"N + {of.Sum(pair => pair.Value) - count}", string.Join(", ", of.Select(pair => $"{pair.Value} {pair.Key}"))]);
        }

        report.Table(["deployments (N)", "requests", "", "which"], rows);
    }
}
