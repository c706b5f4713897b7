using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Rollouts;

/// <summary>The way back of a Rollout in a process of its own, killed right after each line of its journal in turn; resumed, it ends in the same place.</summary>
public sealed class KilledRolloutTests(RolloutCluster shared)
{
    private const int LeastLines = 8;
    private const int MostLines = 30;

    [Fact]
    public Task Out_of_an_unfinished_canary_it_converges() => KillAtEveryLineAsync("Undo-ArgoRollout catalog", RunState.Succeeded, LeastLines, shop => shop.MidCanaryAsync(), shop =>
    {
        Assert.Equal(("shop/catalog:1.0", true), (shop.Image, shop.Stable == shop.Current));
        Assert.Null(shop.Rollout["status"]!["abort"]);
        return shop.Production.UntilAsync(() => shop.Running.SequenceEqual(["shop/catalog:1.0"]));
    });

    [Fact]
    public Task By_way_of_the_workload_it_refers_to_it_converges() => KillAtEveryLineAsync("Undo-ArgoRollout catalog", RunState.Succeeded, LeastLines, shop => shop.ReferringAsync(), shop =>
    {
        Assert.Equal(("shop/catalog:1.0", true), (shop.Production.Image("catalog"), shop.Stable == shop.Current));
        return Task.CompletedTask;
    });

    [Fact]
    public Task An_abort_converges() => KillAtEveryLineAsync("Stop-ArgoRollout catalog", RunState.Succeeded, 6, shop => shop.MidCanaryAsync(), shop =>
    {
        Assert.Equal(("shop/catalog:2.0-errors", "true"), (shop.Image, shop.Rollout["status"]!["abort"]?.ToString()));
        Assert.Equal(["shop/catalog:1.0"], shop.Running);
        return Task.CompletedTask;
    });

    [Fact]
    public Task On_the_fast_track_it_converges() => KillAtEveryLineAsync("Undo-ArgoRollout catalog -FastTrack -Confirm:$false", RunState.Succeeded, LeastLines, shop => shop.CompletedAsync(), shop =>
    {
        Assert.Equal(("shop/catalog:1.0", true), (shop.Image, shop.Stable == shop.Current));
        return Task.CompletedTask;
    });

    [Fact]
    public Task A_promotion_by_one_step_skips_no_other() => KillAtEveryLineAsync("Resume-ArgoRollout catalog", RunState.Succeeded, 6,
        async shop => await shop.MidCanaryAsync("2.0", "canary: { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }] }"),
        shop => shop.Production.UntilAsync(() => shop.Phase == "Paused" && (int)shop.Rollout["status"]!["currentStepIndex"]! == 3));

    private async Task KillAtEveryLineAsync(string line, RunState state, int least, Func<RolloutProduction, Task> broken, Func<RolloutProduction, Task> there)
    {
        var kills = 0;
        while (true)
        {
            await using var shop = await shared.OpenAsync();
            await broken(shop);
            var exit = await MortalProcess.RunAsync(line, shop.Production.Runs, shop.Production.Kubeconfig, kills + 1);
            var run = Assert.Single(shop.Production.Runs.List());
            if (exit != 0 && run.State != state)
            {
                Assert.Equal((RunState.Interrupted, $"Resume-RollbackRun {run.RunId}"), (run.State, run.NextStep));
                var resumed = await shop.RunAsync($"{run.NextStep} -Confirm:$false");
                Assert.Null(resumed.Failure?.Message);
                Assert.Empty(resumed.Errors.Select(error => $"killed after line {kills + 1}: {error.Message}"));
            }

            Assert.Equal(state, shop.Production.Runs.Read(run.RunId).State);
            await there(shop);
            Assert.Empty(shop.Production.List(Resources.Leases));
            if (exit == 0) break;
            kills += Kills.Stride;
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills >= least, $"only {kills} lines were written");
    }
}
