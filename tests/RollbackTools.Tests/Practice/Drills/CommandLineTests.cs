using System.Diagnostics;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Cli;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Tests.Practice.Drills;

/// <summary>The practice program as it is typed.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string directory = Directory.CreateTempSubdirectory("rollback-cli-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_lists_its_drills_one_line_each()
    {
        var (code, output, _) = await RunAsync("drill", "--list");

        Assert.Equal(0, code);
        Assert.Equal(DrillCatalogue.All.Select(drill => drill.Name), output.Trim().Split('\n').Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task It_marks_the_drills_that_need_git()
    {
        var (_, output, _) = await RunAsync("drill", "--list");

        Assert.Equal(
            DrillCatalogue.All.Where(drill => EstateCatalogue.NeedsGit(drill.Estate)).Select(drill => drill.Name),
            output.Trim().Split('\n').Where(line => line.EndsWith("(needs git)", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task Without_git_a_drill_that_needs_it_says_so_in_one_line_and_the_others_do_not_mind()
    {
        var (code, output, error) = await RunAsync(Start(start => start.Environment["PATH"] = directory, "drill", "tomoda/argo-rollback"));

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("install git", Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(Start(start => start.Environment["PATH"] = directory, "drill", "tomoda/crash-loop"))).Code);
    }

    [Fact]
    public async Task An_unknown_drill_is_answered_with_the_nearest_and_2()
    {
        var (code, output, error) = await RunAsync("drill", "tomoda/bad-imag");

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("There is no drill 'tomoda/bad-imag'. Nearest: tomoda/bad-image", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drill")]
    [InlineData("serve --estate nowhere")]
    [InlineData("drill tomoda/fleet --seed many")]
    [InlineData("break deployment/backend v1 --kubeconfig /nowhere")]
    [InlineData("sevre")]
    public async Task A_line_that_makes_no_sense_ends_with_2_and_says_why(string line)
    {
        var (code, _, error) = await RunAsync(line.Split(' '));

        Assert.Equal(2, code);
        Assert.NotEqual("", error.Trim());
    }

    [Fact]
    public async Task An_estate_that_serves_can_be_broken_from_outside_and_leaves_nothing_behind()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SIGTERM is not to be had");
        var readyFile = Path.Combine(directory, "ready.json");
        using var serving = Start("serve", "--estate", "tomoda", "--ready-file", readyFile);
        var said = serving.StandardOutput.ReadToEndAsync(Stop);
        await UntilAsync(() => File.Exists(readyFile));
        var ready = JsonNode.Parse(await File.ReadAllTextAsync(readyFile, Stop))!;
        var kubeconfig = (string)ready["kubeconfig"]!;
        Assert.Equal(serving.Id, (int)ready["processId"]!);
        Assert.Equal("tomoda", (string)ready["name"]!);
        using HttpClient customer = new();
        Assert.Contains("v2.14.0", await customer.GetStringAsync($"{ready["services"]!["backend"]}/health", Stop), StringComparison.Ordinal);

        var (code, output, error) = await RunAsync("break", "deployment/backend", TomodaImages.Crashing, "--kubeconfig", kubeconfig);
        Assert.True(code == 0, error);
        Assert.Equal($"deployment/backend: {TomodaImages.Backend}:v2.14.0 -> {TomodaImages.Backend}:{TomodaImages.Crashing}", output.Trim());

        using (Process.Start("kill", $"-TERM {serving.Id}")) await serving.WaitForExitAsync(Stop).WaitAsync(Patience, Stop);
        Assert.Equal(0, serving.ExitCode);
        Assert.False(File.Exists(readyFile) || File.Exists(kubeconfig) || Directory.Exists(Path.GetDirectoryName(kubeconfig)), "something was left behind");
        Assert.Contains($"set image deployment/backend", await said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        var (code, _, error) = await RunAsync("serve", "--port", $"{port}");

        Assert.Equal(1, code);
        Assert.Contains($"{port}", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static async Task UntilAsync(Func<bool> so)
    {
        var start = Stopwatch.GetTimestamp();
        while (!so())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "it never came to that");
            await Task.Delay(20, Stop);
        }
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(Start(arguments));

    private static async Task<(int Code, string Output, string Error)> RunAsync(Process running)
    {
        using var process = running;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop).WaitAsync(Patience, Stop);
        return (process.ExitCode, (await output).ReplaceLineEndings("\n"), await error);
    }

    private Process Start(params string[] arguments) => Start(static _ => { }, arguments);

    private Process Start(Action<ProcessStartInfo> configure, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "RollbackTools.Practice.dll"), .. arguments]) start.ArgumentList.Add(argument);
        start.Environment["ROLLBACKTOOLS_STATE"] = directory;
        configure(start);
        return Process.Start(start)!;
    }
}
