using System.Diagnostics;
using RollbackTools.Integrations.Health;
using RollbackTools.Operations.Estate;
using RollbackTools.Tests.Integrations.Support;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Integrations.Health;

public sealed class ScriptRunnerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestMachine _machine = new();

    public ScriptRunnerTests() => _machine.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "";

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Arguments_arrive_as_given_and_no_shell_reads_them()
    {
        var script = _machine.WriteScript("smoke.sh", "printf '%s\\n' \"$@\"; echo trouble >&2; exit 4");

        var result = await RunAsync(script, ["two words", "$(id)", "; rm -rf /", "", "\"quoted\""]);

        Assert.Equal(4, result.ExitCode);
        Assert.False(result.TimedOut);
        Assert.Equal(["two words", "$(id)", "; rm -rf /", "", "\"quoted\""], result.OutputTail);
        Assert.Equal(["trouble"], result.ErrorTail);
    }

    [Fact]
    public async Task Without_execute_permission_the_shebang_is_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no execute permissions here.");
        var script = _machine.Write("smoke.sh", "#!/usr/bin/env sh\necho \"$1\"\n");

        Assert.Equal(["hello"], (await RunAsync(script, ["hello"])).OutputTail);
    }

    [Fact]
    public async Task A_ps1_runs_in_pwsh()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(directory => File.Exists(Path.Combine(directory, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh")));
        Assert.SkipUnless(found, "There is no pwsh on PATH.");
        var script = _machine.Write("smoke.ps1", "param($Url) Write-Output \"asked $Url\"; exit 3");

        var result = await RunAsync(script, ["https://x/?a=1&b=2"]);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["asked https://x/?a=1&b=2"], result.OutputTail);
    }

    [Fact]
    public async Task Only_the_last_lines_are_kept_and_long_ones_are_cut()
    {
        var script = _machine.WriteScript("smoke.sh", "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo done");

        var result = await RunAsync(script, []);

        Assert.Equal(50, result.OutputTail.Count);
        Assert.Equal("done", result.OutputTail[^1]);
        Assert.Equal(2000, result.OutputTail[^2].Length);
        Assert.Equal("line 4999", result.OutputTail[^3]);
    }

    [Fact]
    public async Task At_the_timeout_it_is_asked_to_end()
    {
        var time = new ManualTimeProvider();
        var script = _machine.WriteScript("smoke.sh", """
            trap 'echo cleaning up; exit 7' TERM
            echo ready
            touch "$(dirname "$0")/ready"
            while :; do sleep 0.05; done
            """);

        var running = new ScriptRunner(_machine.Host(time)).RunAsync(script, [], TimeSpan.FromMinutes(1), default);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(_machine.Home, "ready")), "the script");
        time.Advance(TimeSpan.FromMinutes(1));
        var result = await running;

        Assert.True(result.TimedOut);
        Assert.Equal(7, result.ExitCode);
        Assert.Equal(["ready", "cleaning up"], result.OutputTail);
        Assert.Equal(TimeSpan.FromMinutes(1), result.Elapsed);
    }

    [Fact]
    public async Task One_that_does_not_listen_is_killed_with_its_children()
    {
        var script = _machine.WriteScript("smoke.sh", """
            trap '' TERM
            sleep 600 &
            echo $! > "$(dirname "$0")/child"
            wait; wait; sleep 600
            """);
        var child = Path.Combine(_machine.Home, "child");
        using var cancel = new CancellationTokenSource();

        var running = new ScriptRunner(_machine.Host()).RunAsync(script, [], Patience, cancel.Token);
        await Eventually.TrueAsync(() => File.Exists(child) && File.ReadAllText(child).EndsWith('\n'), "the child");
        var id = int.Parse(await File.ReadAllTextAsync(child));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.TrueAsync(() => !IsRunning(id), "the child's end");
    }

    [Fact]
    public async Task A_background_child_that_keeps_the_output_open_is_not_waited_for()
    {
        var script = _machine.WriteScript("smoke.sh", "sleep 20 & echo started");
        var watch = Stopwatch.StartNew();

        var result = await RunAsync(script, []);

        Assert.Equal(["started"], result.OutputTail);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"It took {watch.Elapsed}.");
    }

    [Theory]
    [InlineData("missing.sh", null, "does not exist")]
    [InlineData(".", null, "is a directory")]
    [InlineData("plain.txt", "no shebang", "is not executable and names no interpreter")]
    [InlineData("odd.sh", "#!/no/such/interpreter\n", "cannot be run")]
    [InlineData("batch.cmd", "@echo off", "is a batch file")]
    public async Task What_cannot_be_run_is_named(string name, string? text, string message)
    {
        var script = text is null ? Path.Combine(_machine.Home, name) : _machine.Write(name, text);

        var error = await Assert.ThrowsAsync<EstateException>(() => RunAsync(script, []));

        Assert.Equal(EstateErrorKind.Configuration, error.Kind);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFullPath(script), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ps1_without_pwsh_says_what_is_missing()
    {
        _machine.Variables["PATH"] = "";
        var script = _machine.Write("smoke.ps1", "exit 0");

        var error = await Assert.ThrowsAsync<EstateException>(() => RunAsync(script, []));

        Assert.Contains("needs pwsh, which is not on PATH", error.Message, StringComparison.Ordinal);
    }

    private Task<ScriptResult> RunAsync(string script, string[] arguments, TimeSpan? timeout = null) =>
        new ScriptRunner(_machine.Host()).RunAsync(script, arguments, timeout ?? Patience, default);

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
