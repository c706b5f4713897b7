using System.Diagnostics;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Benchmarks;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Benchmarks;

/// <summary>
/// From the write with which the controller says the rollout is complete to the command's return. Server and client share a
/// process here, so that both moments are read from one clock.
/// </summary>
internal sealed class ReturnDelay : Benchmark
{
    public override string Name => "delay";

    public override string Title => "(d) From \"the server says done\" to \"the cmdlet returns\"";

    public override async Task RunAsync(Report report, bool quick)
    {
        await using var cluster = await PracticeCluster.StartAsync(FleetServer.Options(1, 3), CancellationToken.None);
        using Session session = new(cluster.Kubeconfig);
        var app = FleetEstate.DeploymentName(0);
        Samples delay = new();
        for (var i = 0; i < (quick ? 8 : 25); i++)
        {
            cluster.Operator.SetImage(Resources.Deployments, FleetServer.Namespace, app, FleetServer.Bad);
            await cluster.WaitUntilAsync(() => !IsComplete(cluster, app), TimeSpan.FromSeconds(30), CancellationToken.None);
            await cluster.SettleAsync(CancellationToken.None);
            long done = 0;
            using CancellationTokenSource stop = new();
            var watching = Task.Run(async () =>
            {
                await foreach (var change in cluster.Store.Watch(Resources.Deployments, cluster.Store.Version, stop.Token))
                {
                    if (change.Object.Name == app && IsComplete(cluster, app)) Interlocked.CompareExchange(ref done, Stopwatch.GetTimestamp(), 0);
                }
            });
            session.Time($"Invoke-ImageRollback deployment/{app} -Namespace {FleetServer.Namespace}");
            var returned = Stopwatch.GetTimestamp();
            await stop.CancelAsync();
            await watching;
            if (i >= 3 && done != 0) delay.Add(Stopwatch.GetElapsedTime(done, returned));
        }

        report.Compare("", ("Invoke-ImageRollback", delay));
        report.Line("\nIncludes releasing the lock, ending the watches and writing the record's last line to disk.");
    }

    private static bool IsComplete(PracticeCluster cluster, string app)
    {
        var live = cluster.Store.Find(Resources.Deployments, FleetServer.Namespace, app)!.Read;
        var status = live["status"]!;
        return (long?)status["observedGeneration"] == (long?)live["metadata"]!["generation"] && (int?)status["updatedReplicas"] == 3
            && (int?)status["replicas"] == 3 && (int?)status["availableReplicas"] == 3;
    }
}
