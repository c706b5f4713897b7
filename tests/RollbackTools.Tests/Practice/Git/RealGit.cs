using System.Diagnostics;

namespace RollbackTools.Tests.Practice.Git;

/// <summary>The real git as somebody's command line has it, with a home of its own.</summary>
internal sealed class RealGit : IDisposable
{
    private static readonly string? Executable = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, "git"), Path.Combine(folder, "git.exe") }).FirstOrDefault(File.Exists);

    public string Home { get; } = Directory.CreateTempSubdirectory("rollback-git-test-").FullName;

    public static void Need() => Assert.SkipWhen(Executable is null, "git is not on PATH");

    /// <summary>Runs it; what it printed on both streams, trimmed. Fails the test unless it ends as expected.</summary>
    public async Task<string> RunAsync(string directory, string[] arguments, bool fails = false)
    {
        ProcessStartInfo start = new(Executable!, arguments)
        {
            WorkingDirectory = Path.Combine(Home, directory),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = Home;
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        foreach (var role in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{role}_NAME"] = "Ana";
            start.Environment[$"GIT_{role}_EMAIL"] = "ana@example.com";
        }

        var stop = TestContext.Current.CancellationToken;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        var said = $"{await output}{await error}".Trim();
        Assert.True(process.ExitCode == 0 != fails, $"git {string.Join(' ', arguments)} exited with {process.ExitCode}: {said}");
        return said;
    }

    public Task<string> RunAsync(string directory, string arguments, bool fails = false) => RunAsync(directory, arguments.Split(' '), fails);

    public void Dispose() => Directory.Delete(Home, recursive: true);
}
