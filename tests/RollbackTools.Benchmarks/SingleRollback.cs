using RollbackTools.Practice.Estates.Benchmarks;

namespace RollbackTools.Benchmarks;

/// <summary>One deployment, from the command to the verified result.</summary>
internal sealed class SingleRollback : Benchmark
{
    public override string Name => "single";

    public override string Title => "(a) One rollback, verified";

    public override async Task RunAsync(Report report, bool quick)
    {
        if (Machine.Kubectl is not { } kubectl)
        {
            report.Line("Skipped: no kubectl on PATH.");
            return;
        }

        await using var server = await FleetServer.StartAsync(1, 3);
        using Session session = new(server.Kubeconfig);
        var app = FleetEstate.DeploymentName(0);
        string[] common = ["--kubeconfig", server.Kubeconfig, "-n", FleetServer.Namespace];
        (Samples ours, Samples theirs, Samples cold, Samples coldPeer) = (new(), new(), new(), new());

        async Task OnceAsync(Samples samples, Func<Task<TimeSpan>> roll)
        {
            await server.BreakAsync(1);
            samples.Add(await roll());
            await server.HealedAsync(1);
        }

        Task<TimeSpan> CmdletAsync() => Task.FromResult(session.Time($"Invoke-ImageRollback deployment/{app} -Namespace {FleetServer.Namespace}"));
        async Task<TimeSpan> KubectlAsync() =>
            await Machine.TimeAsync(kubectl, ["rollout", "undo", $"deployment/{app}", .. common])
            + await Machine.TimeAsync(kubectl, ["rollout", "status", $"deployment/{app}", .. common]);

        for (var i = 0; i < 5; i++) await OnceAsync(new Samples(), CmdletAsync);
        await OnceAsync(new Samples(), KubectlAsync);
        for (var i = 0; i < (quick ? 5 : 21); i++)
        {
            await OnceAsync(ours, CmdletAsync);
            await OnceAsync(theirs, KubectlAsync);
        }

        report.Compare("in a session that is open", ("Invoke-ImageRollback", ours), ("kubectl rollout undo + status", theirs));
        if (ModuleImport.Missing is { } why)
        {
            report.Line($"\nCold process: skipped, {why}.");
            return;
        }

        var pwsh = Machine.Pwsh!;

        var line = $"Import-Module '{ModuleImport.Module}'; Invoke-ImageRollback deployment/{app} -Namespace {FleetServer.Namespace} -ErrorAction Stop";
        for (var i = 0; i < (quick ? 3 : 9); i++)
        {
            await OnceAsync(cold, () => Machine.TimeAsync(pwsh, "-NoProfile", "-NonInteractive", "-Command", line));
            await OnceAsync(coldPeer, () => Machine.TimeAsync(pwsh, "-NoProfile", "-NonInteractive", "-Command",
                $"kubectl rollout undo deployment/{app} -n {FleetServer.Namespace}; kubectl rollout status deployment/{app} -n {FleetServer.Namespace}"));
        }

        report.Line("");
        report.Compare("as a cold process", ("pwsh, Import-Module, Invoke-ImageRollback", cold), ("pwsh, kubectl undo + status", coldPeer),
            ("kubectl undo + status alone", theirs));
    }
}
