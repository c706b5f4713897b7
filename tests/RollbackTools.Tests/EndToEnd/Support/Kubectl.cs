using System.Diagnostics;

namespace RollbackTools.Tests.EndToEnd.Support;

/// <summary>The real kubectl, when this machine has one.</summary>
internal static class Kubectl
{
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .Select(folder => System.IO.Path.Combine(folder, OperatingSystem.IsWindows() ? "kubectl.exe" : "kubectl")).FirstOrDefault(File.Exists);

    public static void Need() => Assert.SkipWhen(Path is null, "kubectl is not on PATH");

    /// <summary>Runs it in a namespace; what it printed, both streams, trimmed. Fails the test unless it exits as expected.</summary>
    public static Task<string> RunAsync(Production production, string arguments, string? input = null, int exitCode = 0) =>
        RunAsync(production.Kubeconfig, arguments, input, exitCode);

    /// <summary>The same with a kubeconfig.</summary>
    public static async Task<string> RunAsync(string kubeconfig, string arguments, string? input = null, int exitCode = 0)
    {
        ProcessStartInfo start = new(Path!, $"--kubeconfig {kubeconfig} {arguments}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var stop = TestContext.Current.CancellationToken;
        using var process = Process.Start(start)!;
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        var said = $"{await output}{await error}".Trim();
        Assert.True(process.ExitCode == exitCode, $"kubectl {arguments} exited with {process.ExitCode}: {said}");
        return said;
    }
}
