using System.Diagnostics;
using System.Text.RegularExpressions;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;
using RollbackTools.Tests.Module;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>The staged module in a real pwsh at a real terminal (tmux), where Ctrl+C is a key.</summary>
public sealed class TerminalTests(SharedCluster shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    public async Task Ctrl_C_while_pods_come_up_says_what_is_left_and_how_to_go_on(int milliseconds)
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "1.0-slow", replicas: 4);
        production.Age("api", TimeSpan.FromDays(2));
        production.Ship("api", "2.0-crash");
        await production.UntilAsync(() => production.Pods("api").Count > 4);
        await using var terminal = await OpenAsync(production);

        await terminal.TypeAsync($"Invoke-ImageRollback api -ToTag 1.0-slow -Namespace {production.Namespace} -Confirm:$false");
        await production.UntilAsync(() => production.Image("api") == "shop/api:1.0-slow");
        var since = Stopwatch.StartNew();
        await production.UntilAsync(() => since.ElapsedMilliseconds >= milliseconds);
        await terminal.KeysAsync("C-c");
        await terminal.ShowsAsync("was stopped: |had ended before it could be stopped|RolledBack");

        var run = Assert.Single(production.Runs.List());
        var screen = (await terminal.ScreenAsync()).ReplaceLineEndings("");
        if (run.State == RunState.Succeeded)
        {
            Assert.Matches($"RolledBack|Run {run.RunId} had ended before it could be stopped", screen);
        }
        else
        {
            Assert.Equal(RunState.Interrupted, run.State);
            Assert.Contains($"Run {run.RunId} was stopped: ", screen, StringComparison.Ordinal);
            Assert.Contains($"Resume-RollbackRun {run.RunId} finishes it", screen, StringComparison.Ordinal);
        }

        await production.UntilAsync(() => production.List(Resources.Leases).Count == 0);
        if (run.State == RunState.Interrupted) Assert.Equal(RollbackOutcome.RolledBack, (await production.RollBackAsync(run.NextStep!)).Outcome);
        Assert.Equal(["shop/api:1.0-slow"], production.Running("api"));
    }

    private static async Task<Terminal> OpenAsync(Production production)
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Repository.StagedModule, "RollbackTools.psd1")), "The module is not staged.");
        Terminal terminal = new();
        try
        {
            await terminal.TmuxAsync("-f", "/dev/null", "new-session", "-d", "-x", "200", "-y", "50", "-e", $"KUBECONFIG={production.Kubeconfig}",
                "-e", $"ROLLBACKTOOLS_STATE={production.Runs.Directory}", "pwsh", "-NoLogo", "-NoProfile");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no tmux on the PATH.");
        }

        await terminal.PromptAsync();
        await terminal.TypeAsync($"Import-Module '{Repository.StagedModule}'");
        await terminal.PromptAsync();
        return terminal;
    }

    /// <summary>A terminal of its own, with a server of its own that ends with it.</summary>
    private sealed class Terminal : IAsyncDisposable
    {
        private readonly string socket = $"rollbacktools-{Guid.NewGuid():N}";

        public async ValueTask DisposeAsync() => await TmuxAsync("kill-server");

        public async Task TypeAsync(string line)
        {
            await TmuxAsync("send-keys", "-l", line);
            await KeysAsync("Enter");
        }

        public Task KeysAsync(string keys) => TmuxAsync("send-keys", keys);

        public Task<string> ScreenAsync() => TmuxAsync("capture-pane", "-p", "-S", "-500");

        /// <summary>Waits until the last line is a prompt with nothing typed behind it.</summary>
        public async Task PromptAsync()
        {
            var since = Stopwatch.StartNew();
            while (!(await ScreenAsync()).TrimEnd().Split('\n')[^1].TrimEnd().EndsWith('>'))
            {
                Assert.True(since.Elapsed < Patience, $"No prompt came back: {await ScreenAsync()}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
            }
        }

        /// <summary>Waits until something is on the screen.</summary>
        public async Task ShowsAsync(string pattern)
        {
            var since = Stopwatch.StartNew();
            while (!Regex.IsMatch(await ScreenAsync(), pattern))
            {
                Assert.True(since.Elapsed < Patience, $"Nothing like {pattern} was shown: {await ScreenAsync()}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
            }
        }

        public async Task<string> TmuxAsync(params string[] arguments)
        {
            ProcessStartInfo start = new("tmux", ["-L", socket, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
            await process.WaitForExitAsync(Stop);
            Assert.True(process.ExitCode == 0, await error);
            return await output;
        }
    }
}
