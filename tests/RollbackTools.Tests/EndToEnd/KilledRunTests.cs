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
    [InlineData("Deployment", "2.0-crash", "CrashLoopBackOff")]
    [InlineData("StatefulSet", "2.0-crash", "CrashLoopBackOff")]
    public async Task Killed_after_any_line_of_its_journal_it_converges_when_resumed(string kindName, string bad, string? trouble)
    {
        var kind = kindName == "Deployment" ? Resources.Deployments : Resources.StatefulSets;
        var kills = 0;
        while (await IsKilledAndConvergesAsync(kind, bad, trouble, kills + 1))
        {
            kills++;
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills >= LeastLines, $"only {kills} lines were written");
    }

    /// <summary>False when the run ended before it wrote that line.</summary>
    private async Task<bool> IsKilledAndConvergesAsync(ResourceType kind, string bad, string? trouble, int line)
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", bad, trouble, kind);

        var exitCode = await RollBackInAnotherProcessAsync(production, dieAfterLine: line);

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
        }

        Assert.True(production.Runs.Read(run.RunId).State == RunState.Succeeded, $"killed after line {line}: {production.Runs.Read(run.RunId).State}");
        await production.CompleteAsync("api", kind);
        Assert.Equal("shop/api:1.0", production.Image("api", kind));
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
        Assert.Equal(3, Revision(production, kind));
        Assert.Empty(production.List(Resources.Leases));

        var undone = await production.RollBackAsync($"Undo-RollbackRun {run.RunId}");
        Assert.Equal((RollbackOutcome.Undone, $"shop/api:{bad}"), (undone.Outcome, production.Image("api", kind)));
        return true;
    }

    /// <summary>The number of the newest revision: one more than before the rollback, however often it was taken up.</summary>
    private static long Revision(Production production, ResourceType kind) => kind == Resources.Deployments
        ? long.Parse(production.Annotation("api", "deployment.kubernetes.io/revision")!, null)
        : production.List(Resources.ControllerRevisions).Max(revision => (long)revision.Read["revision"]!);

    private static async Task<int> RollBackInAnotherProcessAsync(Production production, int dieAfterLine)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            Path.Combine(AppContext.BaseDirectory, "RollbackTools.Practice.dll"), "type", $"Invoke-ImageRollback api -Kubeconfig '{production.Kubeconfig}'",
            "--runs", production.Runs.Directory, "--die-after-line", $"{dieAfterLine}",
        ])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var stop = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        // Killed, it said nothing; anything it did say is a failure of another kind.
        Assert.True(process.ExitCode == 0 || (await output).Length + (await error).Length == 0, $"{await output}{await error}");
        return process.ExitCode;
    }
}
