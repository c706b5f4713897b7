using System.Diagnostics;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>A line typed in a process of its own, which dies as by SIGKILL.</summary>
internal static class MortalProcess
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Lets it die right after a line of its journal is on disk. Its exit code; 0 when it ended before it wrote that line.</summary>
    public static async Task<int> RunAsync(string line, RunStore runs, string? kubeconfig, int dieAfterLine, params (string Name, string Value)[] variables)
    {
        using var process = Start(line, runs, kubeconfig, variables, "--die-after-line", $"{dieAfterLine}");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        // Killed, it said nothing; anything it did say is a failure of another kind.
        Assert.True(process.ExitCode == 0 || (await output).Length + (await error).Length == 0, $"{await output}{await error}");
        return process.ExitCode;
    }

    /// <summary>Kills it when something has come about; with it all that it started, or that is left behind.</summary>
    public static async Task KillAsync(string line, RunStore runs, string? kubeconfig, Func<bool> when, bool andItsChildren, params (string Name, string Value)[] variables)
    {
        using var process = Start(line, runs, kubeconfig, variables);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        while (!when())
        {
            Assert.False(process.HasExited, $"It ended by itself: {(process.HasExited ? $"{await output}{await error}" : "")}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Stop);
        }

        process.Kill(andItsChildren);
        await process.WaitForExitAsync(Stop);
    }

    /// <summary>Kills it when something has come about, unless it ended before.</summary>
    public static async Task KillUnlessEndedAsync(string line, RunStore runs, string? kubeconfig, Func<bool> when)
    {
        using var process = Start(line, runs, kubeconfig, []);
        _ = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop)); // Read, so that a full pipe stops nothing.
        while (!when() && !process.HasExited) await Task.Delay(TimeSpan.FromMilliseconds(5), Stop);
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync(Stop);
    }

    private static Process Start(string line, RunStore runs, string? kubeconfig, (string Name, string Value)[] variables, params string[] more)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            Path.Combine(AppContext.BaseDirectory, "RollbackTools.Practice.dll"), "type", line, "--runs", runs.Directory,
            .. kubeconfig is null ? (string[])[] : ["--kubeconfig", kubeconfig], .. more,
        ])
            start.ArgumentList.Add(argument);
        if (kubeconfig is null) start.Environment.Remove("KUBECONFIG");
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
