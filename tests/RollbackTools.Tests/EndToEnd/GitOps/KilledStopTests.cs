using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// Runs over several targets, in a process of their own that is killed as by SIGKILL right after each line of its journal in turn: an emergency
/// stop and the return from it, and a release that goes back in the cluster alone.
/// </summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class KilledStopTests
{
    private const int MostLines = 40;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_emergency_stop_and_the_return_from_it_converge()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;
        var (stops, returns) = (1, 1);
        // Until both have ended before they wrote the line they were to be killed after.
        for (var (stopping, returning) = (true, true); stopping || returning;)
        {
            stopping = await KilledAsync(production, "Suspend-Workload api,web -Namespace prod -Confirm:$false", stops, stopping);
            Assert.Equal((0, 0), (Replicas(production, "api"), Replicas(production, "web")));
            Assert.Contains("\"enabled\":false", production.Policy, StringComparison.Ordinal);
            Assert.Contains("\"replicas\":2", Note(production, "api"), StringComparison.Ordinal);

            returning = await KilledAsync(production, "Resume-Workload api,web -Namespace prod", returns, returning);
            Assert.Equal((2, 2), (Replicas(production, "api"), Replicas(production, "web")));
            Assert.Equal(policy, production.Policy);
            Assert.Equal((null, null), (Note(production, "api"), Note(production, "web")));
            if (stopping) stops += Kills.Stride;
            if (returning) returns += Kills.Stride;
            Assert.True(stops + returns < MostLines, "one of the runs never ends by itself");
        }

        // Started, Planned, Intent, Done and Outcome for each of three targets, Ended.
        Assert.True(stops > 11, $"only {stops} lines were written");
        Assert.True(returns > 11, $"only {returns} lines were written");
    }

    [Fact]
    public async Task A_release_that_goes_back_in_the_cluster_alone_converges_wave_by_wave()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        foreach (var image in (string[])["shop/api", "shop/web"]) production.Cluster.Images.Push(image, "v9.0.0");
        await production.Git.TagAsync("release/v1.0.0", (await production.Git.ResolveAsync("main", Stop))!, Stop);
        await production.RunAsync("Set-ArgoSyncPolicy shop -Policy None");
        var line = 1 - Kills.Stride;
        do
        {
            foreach (var name in (string[])["api", "web"]) production.Cluster.Operator.Deploy(Resources.Deployments, "prod", name, $"shop/{name}:v9.0.0", "ship v9.0.0");
            await production.UntilAsync(() => Ready(production, "api") && Ready(production, "web"));
            line += Kills.Stride;
            Assert.True(line < MostLines, "the run never ends by itself");
        }
        while (await KilledAsync(production, $"Invoke-ReleaseRollback -Repository {production.Git.HttpUrl} -Overlay {WholeProduction.Overlay} -Namespace prod -ToTag release/v1.0.0 -Order web,api",
            line, mayBeKilled: true, () => Assert.Equal((WholeProduction.Good, "shop/web:5.0.0"), (production.Image("api"), production.Image("web")))));

        Assert.True(line > 8, $"only {line} lines were written");
    }

    /// <summary>Types it in a process that dies after a line, and finishes the run. False when it ended before it wrote that line.</summary>
    private static async Task<bool> KilledAsync(WholeProduction production, string command, int line, bool mayBeKilled, Action? then = null)
    {
        var killed = await production.DieAsync(command, mayBeKilled ? line : int.MaxValue) != 0;
        var run = production.Runs.List()[0];
        if (run.State != RunState.Succeeded)
        {
            Assert.Equal((true, RunState.Interrupted), (killed, run.State));
            var resumed = await production.RunAsync(run.NextStep!);
            Assert.Null(resumed.Failure?.Message);
            Assert.Empty(resumed.Errors.Select(error => $"{command} killed after line {line}: {error.ErrorId}: {error.Message}"));
            Assert.Equal(RunState.Succeeded, production.Runs.Read(run.RunId).State);
        }

        then?.Invoke();
        return killed;
    }

    private static bool Ready(WholeProduction production, string name) =>
        production.Cluster.Store.Find(Resources.Deployments, "prod", name)!.Read is var read
        && (string?)read["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] == $"shop/{name}:v9.0.0" && (int?)read["status"]?["updatedReplicas"] == 2 && (int?)read["status"]?["availableReplicas"] == 2;

    private static int? Replicas(WholeProduction production, string name) => (int?)production.Cluster.Store.Find(Resources.Deployments, "prod", name)!.Read["spec"]!["replicas"];

    private static string? Note(WholeProduction production, string name) =>
        (string?)production.Cluster.Store.Find(Resources.Deployments, "prod", name)!.Read["metadata"]!["annotations"]?[SuspendedWorkload.Annotation];
}
