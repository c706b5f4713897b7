using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// The whole job in a process of its own, killed as by SIGKILL right after each line of its journal in turn. Resuming it ends in the same
/// place: the good image, one commit in Git that says so, and the policy that was there.
/// </summary>
public sealed class KilledWholeRollbackTests
{
    // Started, Planned, Intent and Done for pause, updater, template, mark, push, restore; quiet and follow; Outcome, Ended.
    private const int LeastLines = 14;
    private const int MostLines = 30;

    [Fact]
    public async Task Killed_after_any_line_of_its_journal_it_converges_when_resumed()
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;
        var kills = 0;
        while (true)
        {
            await production.BreakAsync();
            var head = await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken);
            if (!await ConvergesAsync(production, kills + 1)) break;
            Assert.Equal(policy, production.Policy);
            Assert.Equal("Synced", production.Sync);
            Assert.Equal(WholeProduction.Good, production.Image("api"));
            Assert.Contains("newTag: v1.0.0", await production.ReadAsync(WholeProduction.File));
            var pin = await production.Git.DescribeAsync((await production.Git.ResolveAsync("main", TestContext.Current.CancellationToken))!, TestContext.Current.CancellationToken);
            Assert.StartsWith("rollback: prod api to v1.0.0", pin!.Message);
            Assert.NotEqual(head, pin.Hash);
            kills++;
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills >= LeastLines, $"only {kills} lines were written");
    }

    private static async Task<bool> ConvergesAsync(WholeProduction production, int line)
    {
        // A version that was left is not gone back to by itself, and this one was left and came back: it is named.
        var exitCode = await production.DieAsync("Invoke-ImageRollback api -Namespace prod -ToTag v1.0.0", line);
        var run = production.Runs.List()[0];
        if (exitCode == 0) return false;
        if (run.State == RunState.Succeeded) return true;
        Assert.Equal(RunState.Interrupted, run.State);
        var resumed = await production.RunAsync(run.NextStep!);
        Assert.Null(resumed.Failure?.Message);
        Assert.Empty(resumed.Errors.Select(error => $"killed after line {line}: {error.ErrorId}: {error.Message}"));
        Assert.Equal(RunState.Succeeded, production.Runs.Read(run.RunId).State);
        return true;
    }
}
