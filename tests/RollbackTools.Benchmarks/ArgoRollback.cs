using System.Diagnostics;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Estates.Tomoda;
using RollbackTools.Practice.Git;

namespace RollbackTools.Benchmarks;

/// <summary>
/// An application between two of its deployments, to and fro: how long it takes, and how much of that is Argo CD's own: from the
/// write that starts the operation to the write that says Succeeded and Healthy. Server and client share a process, and so a clock.
/// </summary>
internal sealed class ArgoRollback : Benchmark
{
    private const string Namespace = "argocd";

    public override string Name => "argo";

    public override string Title => "(h) A rollback through Argo CD, and what of it is Argo CD's own time";

    public override async Task RunAsync(Report report, bool quick)
    {
        if (GitTool.Executable is null)
        {
            report.Line("Skipped: no git on PATH.");
            return;
        }

        TomodaGitOpsEstate estate = new();
        await using var cluster = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = estate, Traffic = false }, CancellationToken.None);
        using Session session = new(cluster.Kubeconfig);
        var history = Application(cluster, estate)["status"]!["history"]!.AsArray();
        (string newer, string older) = ((string)history[^1]!["revision"]!, (string)history[^2]!["revision"]!);

        (Samples total, Samples own, Samples beyond) = (new(), new(), new());
        for (var i = 0; i < (quick ? 4 : 12); i++)
        {
            var (took, argo) = await MeasureAsync(cluster, estate, session, i % 2 == 0 ? older : newer);
            if (i < 2) continue; // The first of each way warms everything up.
            total.Add(took);
            own.Add(argo);
            beyond.Add(took - argo);
        }

        report.Table(["", "median", "fastest", "slowest", "runs"],
        [
            Row("Invoke-ArgoRollback, verified", total), Row("of which Argo CD: operation, rollout, health", own), Row("beyond that: reads, pause, lock, journal, proof", beyond),
        ]);
    }

    private static string[] Row(string what, Samples samples) =>
        [what, Report.Ms(samples.Median), Report.Ms(samples.Fastest), Report.Ms(samples.Slowest), $"{samples.Count}"];

    private static async Task<(TimeSpan Took, TimeSpan Argo)> MeasureAsync(PracticeCluster cluster, TomodaGitOpsEstate estate, Session session, string commit)
    {
        (long started, long done) = (0, 0);
        using CancellationTokenSource stop = new();
        var watching = Task.Run(async () =>
        {
            await foreach (var change in cluster.Store.Watch(ArgoResources.Applications, cluster.Store.Version, stop.Token))
            {
                if (change.Object.Name != estate.Application) continue;
                var application = change.Object.Read;
                if (application["operation"] is not null && started == 0) started = Stopwatch.GetTimestamp();
                var status = application["status"]!;
                if (started == 0 || application["operation"] is not null || (string?)status["operationState"]?["phase"] != "Succeeded") continue;
                // The last time it becomes Healthy counts: a rollout makes it Progressing first.
                if ((string?)status["health"]?["status"] != "Healthy") done = 0;
                else if (done == 0) done = Stopwatch.GetTimestamp();
            }
        });
        var took = session.Time($"Invoke-ArgoRollback {estate.Application} -Namespace {Namespace} -ToRevision {commit}");
        await stop.CancelAsync();
        await watching;
        return (took, Stopwatch.GetElapsedTime(started, done));
    }

    private static JsonObject Application(PracticeCluster cluster, TomodaGitOpsEstate estate) =>
        cluster.Store.Find(ArgoResources.Applications, Namespace, estate.Application)!.Read;
}
