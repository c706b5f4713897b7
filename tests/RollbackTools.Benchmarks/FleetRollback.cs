using RollbackTools.Practice.Estates.Benchmarks;

namespace RollbackTools.Benchmarks;

/// <summary>Two hundred deployments of one namespace.</summary>
internal sealed class FleetRollback : Benchmark
{
    public override string Name => "fleet";

    public override string Title => "(b) Rolling back a fleet, verified";

    public override async Task RunAsync(Report report, bool quick)
    {
        if (Machine.Kubectl is not { } kubectl)
        {
            report.Line("Skipped: no kubectl on PATH.");
            return;
        }

        var count = quick ? 40 : 200;
        await using var server = await FleetServer.StartAsync(count, 3);
        using Session session = new(server.Kubeconfig);
        (Samples ours, Samples loop, Samples xargs) = (new(), new(), new());

        async Task OnceAsync(Samples samples, Func<Task<TimeSpan>> roll)
        {
            await server.BreakAsync(count);
            samples.Add(await roll());
            await server.HealedAsync(count);
        }

        var names = string.Join(' ', Enumerable.Range(0, count).Select(FleetEstate.DeploymentName));
        // Now and then kubectl takes the deadline that the bad release missed for the rollback's: it waits no longer then, and goes on.
        var each = $"{kubectl} -n {FleetServer.Namespace} rollout undo deployment/$1 && {{ {kubectl} -n {FleetServer.Namespace} rollout status deployment/$1 || :; }}";
        Task<TimeSpan> CmdletAsync() =>
            Task.FromResult(session.Time($"Invoke-ImageRollback -Selector fleet=benchmark -Namespace {FleetServer.Namespace} -ThrottleLimit 64"));
        Task<TimeSpan> LoopAsync() => Machine.TimeAsync("sh", "-ec", $"one() {{ {each}; }}; for d in {names}; do one $d; done");
        Task<TimeSpan> XargsAsync() => Machine.TimeAsync("sh", "-ec", $"printf '%s\\n' {names} | xargs -P 16 -I{{}} sh -ec '{each}' sh {{}}");

        await OnceAsync(new Samples(), CmdletAsync);
        for (var i = 0; i < (quick ? 2 : 5); i++)
        {
            await OnceAsync(ours, CmdletAsync);
            await OnceAsync(xargs, XargsAsync);
            if (i < 2) await OnceAsync(loop, LoopAsync);
        }

        report.Compare($"{count} deployments × 3 pods", ("Invoke-ImageRollback -Selector", ours), ("kubectl in a loop", loop), ("kubectl under xargs -P 16", xargs));
    }
}
