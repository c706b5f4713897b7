using System.Diagnostics;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>
/// A rollback in a process of its own, killed right after each line of its journal in turn. Resumed, it ends with one new revision that is deployed;
/// taken back, with what was left deployed again. Nothing is pending after either.
/// </summary>
public sealed class KilledHelmRollbackTests(SharedCluster shared)
{
    private const int LeastLines = 9;
    private const int MostLines = 40;

    // Run, target, plan and lock are on record then, and that the new revision's record was made.
    private const int LinesUntilPending = 5;

    [Fact]
    public Task Killed_after_any_line_of_its_journal_it_converges_when_resumed() => KillAtEveryLineAsync(async (production, run) =>
    {
        if (run.State != RunState.Succeeded)
        {
            var resumed = await production.RollBackAsync(run.NextStep!);
            Assert.True(resumed.Outcome is RollbackOutcome.RolledBack or RollbackOutcome.AlreadyThere, $"{resumed.Outcome}: {resumed.Message}");
        }

        Assert.Equal("ghcr.io/zkprova/backend:one", production.Image());
        Assert.Equal("1:superseded 2:superseded 3:deployed", await production.StatusesAsync());
        Assert.Equal("Rollback to 1", (string)(await production.RecordAsync(3))["info"]!["description"]!);
    });

    [Fact]
    public Task Killed_after_any_line_of_its_journal_it_can_be_taken_back() => KillAtEveryLineAsync(async (production, run) =>
    {
        var before = await production.StatusesAsync();
        var output = await production.Production.RunAsync($"Undo-RollbackRun {run.RunId}");
        if (output.Failure is not null || output.Errors.Count > 0)
        {
            Assert.Equal("NothingToUndo", output.Errors.Select(error => error.ErrorId).SingleOrDefault() ?? output.Failure!.ErrorId);
            Assert.Equal("1:superseded 2:deployed", before);
            return;
        }

        Assert.Equal("ghcr.io/zkprova/backend:two-errors", production.Image());
        // What the killed run made had ended, or never will.
        Assert.Matches("^1:superseded 2:(deployed|superseded 3:(superseded|failed) 4:deployed)$", await production.StatusesAsync());
        await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("next"), TestContext.Current.CancellationToken, new HelmOptions { NoHooks = true });
    });

    [Fact]
    public async Task Killed_undone_and_killed_again_nothing_stays_pending_and_the_next_upgrade_is_accepted()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await RunInAnotherProcessAsync(production.Production, "Invoke-HelmRollback zkprova", LinesUntilPending);
        var first = Assert.Single(production.Production.Runs.List());
        Assert.Equal("1:superseded 2:deployed 3:pending-rollback", await production.StatusesAsync());
        await RunInAnotherProcessAsync(production.Production, $"Undo-RollbackRun {first.RunId}", File.ReadAllLines(first.Path).Length + LinesUntilPending);
        Assert.Equal(RollbackOutcome.Undone, (await production.RollBackAsync(production.Production.Runs.Read(first.RunId).NextStep!)).Outcome);
        Assert.Equal("1:superseded 2:superseded 3:failed 4:deployed", await production.StatusesAsync());
        Assert.Equal("Rollback to 1; never finished, marked failed", (string)(await production.RecordAsync(3))["info"]!["description"]!);

        await RunInAnotherProcessAsync(production.Production, "Invoke-HelmRollback zkprova -ToRevision 1", LinesUntilPending);
        var last = production.Production.Runs.List().Single(run => run.RunId != first.RunId);
        Assert.Equal(RollbackOutcome.RolledBack, (await production.RollBackAsync(last.NextStep!)).Outcome);

        Assert.Equal("1:superseded 2:superseded 3:failed 4:superseded 5:deployed", await production.StatusesAsync());
        await production.Helm.UpgradeAsync("zkprova", HelmProduction.Zkprova, HelmProduction.Values("next"), TestContext.Current.CancellationToken, new HelmOptions { NoHooks = true });
    }

    [Fact]
    public async Task What_another_helm_was_killed_at_is_marked_failed_when_a_rollback_goes_on_over_it()
    {
        await using var production = await HelmProduction.ShippedAsync(shared);
        await Assert.ThrowsAsync<HelmKilledException>(() => production.Helm.RollbackAsync("zkprova", 1, TestContext.Current.CancellationToken, new HelmOptions { KilledAt = HelmMoment.Recorded }));

        var result = await production.RollBackAsync("Invoke-HelmRollback zkprova -ToRevision 1 -Preempt");

        Assert.Contains(result.Warnings, warning => warning.EndsWith("this goes on over it and marks it failed.", StringComparison.Ordinal));
        Assert.Equal("1:superseded 2:superseded 3:failed 4:deployed", await production.StatusesAsync());
    }

    [Fact]
    public async Task An_undo_that_was_half_way_converges_too()
    {
        var kills = 0;
        for (var ended = false; !ended; kills += Kills.Stride)
        {
            await using var production = await HelmProduction.ShippedAsync(shared);
            var result = await production.RollBackAsync("Invoke-HelmRollback zkprova");
            var before = File.ReadAllLines(production.Production.Runs.Read(result.RunId).Path).Length;

            ended = await RunInAnotherProcessAsync(production.Production, $"Undo-RollbackRun {result.RunId}", before + kills + 1) == 0;

            var run = production.Production.Runs.Read(result.RunId);
            if (run.State != RunState.Undone) Assert.Equal(RollbackOutcome.Undone, (await production.RollBackAsync(run.NextStep!)).Outcome);
            Assert.Equal("ghcr.io/zkprova/backend:two-errors", production.Image());
            Assert.Equal("1:superseded 2:superseded 3:superseded 4:deployed", await production.StatusesAsync());
            Assert.Empty(production.Production.List(Resources.Leases));
            Assert.True(kills < MostLines, "the undo never ends by itself");
        }

        Assert.True(kills > LeastLines, $"only {kills} lines were written");
    }

    private async Task KillAtEveryLineAsync(Func<HelmProduction, RunRecord, Task> afterAsync)
    {
        var kills = 0;
        for (var ended = false; !ended; kills += Kills.Stride)
        {
            await using var production = await HelmProduction.ShippedAsync(shared);
            var exitCode = await RunInAnotherProcessAsync(production.Production, "Invoke-HelmRollback zkprova", kills + 1);
            var run = Assert.Single(production.Production.Runs.List());
            ended = exitCode == 0;
            if (!ended) Assert.Equal(kills + 1, File.ReadAllLines(run.Path).Length);
            await afterAsync(production, run);
            Assert.Empty(production.Production.List(Resources.Leases));
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills > LeastLines, $"only {kills} lines were written");
    }

    private static async Task<int> RunInAnotherProcessAsync(Production production, string line, int dieAfterLine)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            Path.Combine(AppContext.BaseDirectory, "RollbackTools.Practice.dll"), "type", line,
            "--kubeconfig", production.Kubeconfig, "--runs", production.Runs.Directory, "--die-after-line", $"{dieAfterLine}",
        ])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var stop = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0 || (await output).Length + (await error).Length == 0, $"{await output}{await error}");
        return process.ExitCode;
    }
}
