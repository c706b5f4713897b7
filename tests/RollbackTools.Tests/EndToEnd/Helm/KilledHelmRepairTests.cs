using System.Diagnostics;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Helm;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Practice.Helm;

namespace RollbackTools.Tests.EndToEnd.Helm;

/// <summary>
/// A repair of statuses and manifests in a process of its own, killed right after each line of its journal in turn. Resumed, it ends in the
/// same place; taken back, every record is what it was, and nothing that was kept meanwhile is left.
/// </summary>
public sealed class KilledHelmRepairTests(SharedCluster shared)
{
    private const int LeastLines = 9;
    private const int MostLines = 40;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_after_any_line_of_its_journal_it_converges_and_can_be_taken_back()
    {
        var kills = 0;
        for (var ended = false; !ended; kills += Kills.Stride)
        {
            await using var production = await shared.OpenAsync();
            using var space = HelmSpace.In(production);
            await BrokenAsync(space);
            var before = await RecordsAsync(space);

            ended = await RunInAnotherProcessAsync(production, "Repair-HelmRelease shop -Confirm:$false", kills + 1) == 0;
            var run = Assert.Single(production.Runs.List());
            if (run.State != RunState.Succeeded) Assert.Equal(RollbackOutcome.Changed, (await production.RollBackAsync(run.NextStep!)).Outcome);

            Assert.Equal("1:superseded 2:superseded 3:deployed", await space.StatusesAsync("shop"));
            foreach (var revision in (int[])[1, 2]) Assert.DoesNotContain("extensions/v1beta1", (string)(await space.Helm.History.ReadAsync("shop", revision, Stop))["manifest"]!, StringComparison.Ordinal);
            Assert.Equal(RollbackOutcome.Undone, (await production.RollBackAsync($"Undo-RollbackRun {run.RunId}")).Outcome);
            Assert.Equal(before, await RecordsAsync(space));
            Assert.Equal(3, space.Records().Count);
            Assert.True(kills < MostLines, "the run never ends by itself");
        }

        Assert.True(kills > LeastLines, $"only {kills} lines were written");
    }

    private static async Task BrokenAsync(HelmSpace space)
    {
        await space.Helm.InstallAsync("shop", ShopChart.Chart, ShopChart.Values("1.0"), Stop);
        await space.Helm.UpgradeAsync("shop", ShopChart.Chart, ShopChart.Values("1.1"), Stop);
        await space.Helm.UpgradeAsync("shop", ShopChart.Chart, ShopChart.Values("1.2"), Stop);
        await space.Helm.History.SetStatusAsync("shop", 2, "deployed", Stop);
        foreach (var revision in (int[])[1, 2])
        {
            await space.Helm.History.ChangeAsync("shop", revision, record => record["manifest"] =
                ((string)record["manifest"]!).Replace("apiVersion: apps/v1\n", "apiVersion: extensions/v1beta1\n", StringComparison.Ordinal), Stop);
        }
    }

    private static async Task<IReadOnlyList<string>> RecordsAsync(HelmSpace space)
    {
        List<string> records = [];
        foreach (var revision in (int[])[1, 2, 3]) records.Add((await space.Helm.History.ReadAsync("shop", revision, Stop)).ToJsonString());
        return records;
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
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0 || (await output).Length + (await error).Length == 0, $"{await output}{await error}");
        return process.ExitCode;
    }
}
