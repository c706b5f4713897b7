using System.Diagnostics;
using RollbackTools.Operations.GitOps;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.EndToEnd.GitOps;

/// <summary>
/// An Argo CD rollback in a process of its own, killed as by SIGKILL right after each line of its journal in turn. Resuming it ends in
/// the same place, with one sync and not two, and undoing that works too.
/// </summary>
public sealed class KilledArgoRollbackTests
{
    // Started, Planned, then Intent and Done for pause, sync and mark, Outcome, Ended.
    private const int LeastLines = 9;
    private const int MostLines = 20;

    [Fact]
    public async Task Killed_after_any_line_of_its_journal_it_converges_when_resumed()
    {
        var kills = 0;
        while (await ConvergesAsync(kills + 1))
        {
            kills++;
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills >= LeastLines, $"only {kills} lines were written");
    }

    private static async Task<bool> ConvergesAsync(int line)
    {
        await using var production = await GitOpsProduction.StartAsync();
        await production.BrokenAsync();
        var policy = production.Policy;

        var exitCode = await RunInAnotherProcessAsync(production, "Invoke-ArgoRollback shop", line);

        var run = Assert.Single(production.Runs.List());
        if (exitCode == 0)
        {
            Assert.Equal(RunState.Succeeded, run.State);
            return false;
        }

        if (run.State != RunState.Succeeded)
        {
            Assert.Equal(RunState.Interrupted, run.State);
            var resumed = await production.RunAsync(run.NextStep!);
            Assert.Null(resumed.Failure?.Message);
            Assert.Empty(resumed.Errors.Select(error => $"killed after line {line}: {error.ErrorId}: {error.Message}"));
        }

        Assert.Equal(RunState.Succeeded, production.Runs.Read(run.RunId).State);
        Assert.Equal("shop/api:1.0", production.Image);
        Assert.Equal(3, production.App["status"]!["history"]!.AsArray().Count);
        Assert.NotNull(production.Annotation(VersionMarks.BadAnnotation));
        Assert.Empty(production.Cluster.Store.List(RollbackTools.Practice.Kubernetes.Schema.Resources.Leases, "argocd").Items);

        var undone = await production.DoAsync($"Undo-RollbackRun {run.RunId}");
        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        Assert.Equal(policy, production.Policy);
        Assert.Equal("shop/api:2.0-errors", production.Image);
        return true;
    }

    private static async Task<int> RunInAnotherProcessAsync(GitOpsProduction production, string line, int dieAfterLine)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            Path.Combine(AppContext.BaseDirectory, "RollbackTools.Practice.dll"), "type", line,
            "--kubeconfig", production.Cluster.Kubeconfig, "--runs", production.Runs.Directory, "--die-after-line", $"{dieAfterLine}",
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
