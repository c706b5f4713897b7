using RollbackTools.Operations.Runs;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// The whole job in a process of its own, killed as by SIGKILL right after each line of its journal in turn, or while its push is on the
/// way. Resuming it ends in the same place: the good image, one commit in Git that says so, and the policy that was there.
/// </summary>
[PracticeOnly("Argo CD and a Git host")]
public sealed class KilledWholeRollbackTests
{
    private const int MostLines = 30;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Started, Planned, Intent and Done for pause, push, restore, marks, then what the way has of its own; Outcome, Ended.
    // A version that was left is not gone back to by itself, and this one was left and came back: it is named.
    [Theory]
    [InlineData("Invoke-ImageRollback api -Namespace prod -ToTag v1.0.0", 14)]
    [InlineData("Invoke-ImageRollback api -Namespace prod -ToTag v1.0.0 -Via Git", 12)]
    [InlineData("Invoke-ImageRollback api -Namespace prod -ToTag v1.0.0 -Via ArgoCD", 14)]
    [InlineData("Invoke-ReleaseRollback shop -ToTag release/v1.0.0", 13)]
    public async Task Killed_after_any_line_of_its_journal_it_converges_when_resumed(string command, int leastLines)
    {
        await using var production = await WholeProduction.StartAsync(updates: false);
        await production.Git.TagAsync("release/v1.0.0", (await production.Git.ResolveAsync("main", Stop))!, Stop);
        var policy = production.Policy;
        var kills = 0;
        while (true)
        {
            await production.BreakAsync();
            var head = await HeadAsync(production);
            var ended = await production.DieAsync(command, kills + 1) == 0;
            var run = production.Runs.List()[0];
            if (ended)
            {
                Assert.Equal(RunState.Succeeded, run.State);
                break;
            }

            await ConvergesAsync(production, run, policy, head, $"killed after line {kills + 1}");
            kills += Kills.Stride;
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills >= leastLines, $"only {kills} lines were written");
    }

    [Theory]
    [InlineData(Moment.BeforeItCounts, true)]
    [InlineData(Moment.BeforeItCounts, false)] // The git command lives on, and its push arrives when nobody waits for it any more.
    [InlineData(Moment.BeforeItIsAnswered, true)]
    public async Task Killed_while_its_push_is_on_the_way_it_makes_one_commit(Moment moment, bool andItsChildren)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The hooks of this test are shell scripts.");
        await using var production = await WholeProduction.StartAsync(updates: false);
        var policy = production.Policy;
        await production.BreakAsync();
        var head = await HeadAsync(production);
        using HeldPush push = new(production.Git.Location, moment == Moment.BeforeItCounts ? "update" : "post-receive");

        await production.KillAsync("Invoke-ImageRollback api -Namespace prod -ToTag v1.0.0", () => push.IsHeld, andItsChildren);

        Assert.Equal(moment == Moment.BeforeItCounts, head == await HeadAsync(production));
        push.Release();
        if (!andItsChildren) await push.EndsAsync();
        await ConvergesAsync(production, production.Runs.List()[0], policy, head, "killed at the push");
    }

    public enum Moment
    {
        BeforeItCounts,
        BeforeItIsAnswered,
    }

    private static async Task ConvergesAsync(WholeProduction production, RunRecord run, string policy, string? head, string when)
    {
        if (run.State != RunState.Succeeded)
        {
            Assert.Equal(RunState.Interrupted, run.State);
            var resumed = await production.RunAsync(run.NextStep!);
            Assert.Null(resumed.Failure?.Message);
            Assert.Empty(resumed.Errors.Select(error => $"{when}: {error.ErrorId}: {error.Message}"));
            Assert.Equal(RunState.Succeeded, production.Runs.Read(run.RunId).State);
        }

        Assert.Equal(policy, production.Policy);
        Assert.Equal("Synced", production.Sync);
        Assert.Equal(WholeProduction.Good, production.Image("api"));
        Assert.Contains("newTag: v1.0.0", await production.ReadAsync(WholeProduction.File));
        var mainline = await production.Git.MainlineAsync("main", Stop);
        var pin = await production.Git.DescribeAsync(mainline[^1].Commit, Stop);
        Assert.StartsWith("rollback: prod ", pin!.Message);
        Assert.Equal(head, mainline[^2].Commit);
    }

    private static Task<string?> HeadAsync(WholeProduction production) => production.Git.ResolveAsync("main", Stop);
}
