using System.Diagnostics;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>
/// A rollback in a process of its own, killed as by SIGKILL right after each line of its journal in turn. Whatever it had done by
/// then, resuming it ends in the same place, and undoing that works too.
/// </summary>
public sealed class KilledRunTests(SharedCluster shared)
{
    // Fewer lines than this, and the kills did not reach the middle of anything: Started, Planned, Intent, Done, Outcome, Ended.
    private const int LeastLines = 6;
    private const int MostLines = 30;

    [Theory]
    [InlineData("Deployment", "2.0-errors", null)]
    [InlineData("StatefulSet", "2.0-crash", "CrashLoopBackOff")]
    public Task Killed_after_any_line_of_its_journal_it_converges_when_resumed(string kindName, string bad, string? trouble)
    {
        var kind = kindName == "Deployment" ? Resources.Deployments : Resources.StatefulSets;
        return KillAtEveryLineAsync(async line =>
        {
            await using var production = await shared.OpenAsync();
            await production.BrokenAsync("api", bad, trouble, kind);
            return await ConvergesAsync(production, line, ["api"], kind, bad);
        });
    }

    [Fact]
    public Task A_fleet_that_was_half_way_converges_too() => KillAtEveryLineAsync(async line =>
    {
        await using var production = await shared.OpenAsync();
        foreach (var name in (string[])["a", "b"]) await production.BrokenAsync(name, "2.0-errors", replicas: 1, labels: ", fleet: shop");
        return await ConvergesAsync(production, line, ["a", "b"], Resources.Deployments, "2.0-errors");
    });

    [Fact]
    public Task An_undo_that_was_half_way_converges_too() => KillAtEveryLineAsync(async line =>
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        var result = await production.RollBackAsync("Invoke-ImageRollback api");
        var before = File.ReadAllLines(production.Runs.Read(result.RunId).Path).Length;

        var ended = await RunInAnotherProcessAsync(production, $"Undo-RollbackRun {result.RunId}", before + line) == 0;

        var run = production.Runs.Read(result.RunId);
        if (!ended && run.State != RunState.Undone) Assert.Equal(RollbackOutcome.Undone, (await production.RollBackAsync(run.NextStep!)).Outcome);
        Assert.Equal(RunState.Undone, production.Runs.Read(result.RunId).State);
        Assert.Equal("shop/api:2.0-errors", production.Image("api"));
        Assert.Empty(production.List(Resources.Leases));
        return !ended;
    });

    [Fact]
    public async Task Killed_at_any_moment_while_it_goes_back_or_is_taken_back_it_reaches_its_goal()
    {
        Random random = new();
        for (var round = 0; round < Kills.Moments; round++)
        {
            await using var production = await shared.OpenAsync();
            await production.BrokenAsync("api", "2.0-errors");
            var forward = await KilledAsync(production, random, "Invoke-ImageRollback api -Confirm:$false");
            await ResumeAsync(production, forward);
            if (production.Runs.List().Count == 0) await production.RollBackAsync("Invoke-ImageRollback api");
            Assert.True(production.Image("api") == "shop/api:1.0", $"killed {forward}");

            var run = Assert.Single(production.Runs.List());
            var back = await KilledAsync(production, random, $"Undo-RollbackRun {run.RunId} -Confirm:$false");
            await ResumeAsync(production, back);
            // Killed before it had begun, it was never asked for.
            if (production.Runs.Read(run.RunId).State == RunState.Succeeded) await production.RollBackAsync($"Undo-RollbackRun {run.RunId}");
            Assert.True(production.Image("api") == "shop/api:2.0-errors", $"killed {back} of the way back");
            Assert.Equal(RunState.Undone, production.Runs.Read(run.RunId).State);
            Assert.Empty(production.List(Resources.Leases));
        }
    }

    [Fact]
    public async Task Asked_again_after_a_kill_it_says_which_run_to_resume()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        var line = 0;
        // Until the kill falls behind the change.
        for (var killed = 0; killed == 0 || production.Image("api") != "shop/api:1.0"; killed++)
        {
            foreach (var old in production.Runs.List()) File.Delete(old.Path);
            foreach (var lease in production.List(Resources.Leases)) production.Delete(lease.Name, Resources.Leases);
            Assert.NotEqual(0, await RunInAnotherProcessAsync(production, "Invoke-ImageRollback api", ++line + 2));
        }

        var cut = Assert.Single(production.Runs.List());
        await production.CompleteAsync("api");
        var again = await production.RunAsync("Invoke-ImageRollback api -Confirm:$false");

        Assert.Contains(again.Warnings, warning => warning.Contains($"Resume-RollbackRun {cut.RunId} finishes it", StringComparison.Ordinal));
        var result = Assert.Single(again.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.AlreadyThere, $"Resume-RollbackRun {cut.RunId}"), (result.Outcome, result.NextStep));
        Assert.Equal(RollbackOutcome.RolledBack, (await production.RollBackAsync(result.NextStep!)).Outcome);
        Assert.DoesNotContain((await production.RunAsync("Invoke-ImageRollback api -Confirm:$false")).Warnings, warning => warning.Contains("cut off", StringComparison.Ordinal));
    }

    /// <summary>Kills a command some time within its first two seconds; when that was.</summary>
    private static async Task<string> KilledAsync(Production production, Random random, string line)
    {
        var moment = TimeSpan.FromMilliseconds(random.Next(300, 2000));
        var since = Stopwatch.StartNew();
        await MortalProcess.KillUnlessEndedAsync(line, production.Runs, production.Kubeconfig, () => since.Elapsed > moment);
        return $"after {moment.TotalMilliseconds} ms: {string.Join(", ", production.Runs.List().Select(run => $"{run.State}, {run.Steps.LastOrDefault()?.Event}"))}";
    }

    private static async Task ResumeAsync(Production production, string killed)
    {
        if (production.Runs.List().FirstOrDefault(run => run.State == RunState.Interrupted) is not { } run) return;
        var resumed = await production.RunAsync(run.NextStep!);
        Assert.True(resumed.Failure is null && resumed.Errors.Count == 0, $"killed {killed}: {resumed.Failure?.Message}{string.Join(", ", resumed.Errors.Select(error => error.Message))}");
    }

    /// <summary>Until a run ends before it writes the line it was to be killed after.</summary>
    private static async Task KillAtEveryLineAsync(Func<int, Task<bool>> isKilledAndConvergesAsync)
    {
        var kills = 0;
        while (await isKilledAndConvergesAsync(kills + 1))
        {
            kills += Kills.Stride;
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills >= LeastLines, $"only {kills} lines were written");
    }

    /// <summary>False when the run ended before it wrote that line.</summary>
    private static async Task<bool> ConvergesAsync(Production production, int line, string[] names, ResourceType kind, string bad)
    {
        var exitCode = await RunInAnotherProcessAsync(production, $"'{string.Join("','", names)}' | Invoke-ImageRollback", line);

        var run = Assert.Single(production.Runs.List());
        if (exitCode == 0)
        {
            Assert.Equal(RunState.Succeeded, run.State);
            return false;
        }

        Assert.Equal(line, File.ReadAllLines(run.Path).Length);
        if (run.State != RunState.Succeeded)
        {
            Assert.Equal((RunState.Interrupted, $"Resume-RollbackRun {run.RunId}"), (run.State, run.NextStep));
            var resumed = await production.RunAsync(run.NextStep!);
            Assert.Null(resumed.Failure?.Message);
            Assert.Empty(resumed.Errors.Select(error => $"killed after line {line}: {error.Message}"));
            Assert.Equal(names, resumed.Of<RollbackResult>().Select(result => result.Name).Order());
        }

        run = production.Runs.Read(run.RunId);
        Assert.True(run.State == RunState.Succeeded, $"killed after line {line}: {run.State}");
        Assert.Equal(names, run.Targets.Select(target => target.Name).Order());
        foreach (var name in names)
        {
            await production.CompleteAsync(name, kind);
            Assert.Equal($"shop/{name}:1.0", production.Image(name, kind));
            Assert.Equal([$"shop/{name}:1.0"], production.Running(name));
            Assert.Equal(3, Revision(production, name, kind));
        }

        Assert.Empty(production.List(Resources.Leases));
        var undone = await production.RunAsync($"Undo-RollbackRun {run.RunId}");
        Assert.All(undone.Of<RollbackResult>(), result => Assert.Equal(RollbackOutcome.Undone, result.Outcome));
        Assert.All(names, name => Assert.Equal($"shop/{name}:{bad}", production.Image(name, kind)));
        return true;
    }

    /// <summary>The number of the newest revision: one more than before the rollback, however often it was taken up.</summary>
    private static long Revision(Production production, string name, ResourceType kind) => kind == Resources.Deployments
        ? long.Parse(production.Annotation(name, "deployment.kubernetes.io/revision")!, null)
        : production.List(Resources.ControllerRevisions).Where(revision => revision.Labels["app"] == name).Max(revision => (long)revision.Read["revision"]!);

    private static Task<int> RunInAnotherProcessAsync(Production production, string line, int dieAfterLine) =>
        MortalProcess.RunAsync(line, production.Runs, production.Kubeconfig, dieAfterLine);
}
