using System.Diagnostics;
using RollbackTools.Practice.Helm.Charts;

namespace RollbackTools.Tests.Practice.Helm;

/// <summary>A helm of the real project, unmodified, with a home of its own.</summary>
internal sealed class RealHelm : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string executable;
    private readonly HelmSpace space;
    private readonly string home = Directory.CreateTempSubdirectory("helm-home-").FullName;

    private RealHelm(string executable, HelmSpace space) => (this.executable, this.space) = (executable, space);

    /// <summary>Skips the test when there is none of this name, such as helm or helm4, on the PATH.</summary>
    public static RealHelm In(HelmSpace space, string name)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
        if (found is null) Assert.Skip($"{name} is not on PATH");
        return new RealHelm(found, space);
    }

    /// <summary>Runs it and fails the test when it fails; returns what it printed.</summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(arguments);
        Assert.True(exit == 0, $"helm {string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs it and fails the test when it does not fail; returns what it said.</summary>
    public async Task<string> FailAsync(params string[] arguments)
    {
        var (exit, _, error) = await RunAsync(arguments);
        Assert.NotEqual(0, exit);
        return error;
    }

    /// <summary>Lays the chart down; returns its directory.</summary>
    public string Lay(HelmChart chart)
    {
        var directory = Path.Combine(home, $"{chart.Name}-{chart.Version}");
        chart.WriteTo(directory);
        return directory;
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    private async Task<(int Exit, string Output, string Error)> RunAsync(string[] arguments)
    {
        ProcessStartInfo start = new(executable) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["KUBECONFIG"] = space.Kubeconfig;
        start.Environment["HOME"] = home;
        foreach (var argument in (string[])["--namespace", space.Namespace, .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"helm {string.Join(' ', arguments)} did not end");
        }

        return (process.ExitCode, await output, await error);
    }
}
