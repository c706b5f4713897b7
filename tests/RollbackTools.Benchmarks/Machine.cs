using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RollbackTools.Benchmarks;

/// <summary>What is here to compare with, and how to run it.</summary>
internal static class Machine
{
    public static string? Kubectl { get; } = Find("kubectl");

    public static string? Helm { get; } = Find("helm");

    public static string? Pwsh { get; } = Find("pwsh");

    public static string? Helm { get; } = Find("helm");

    public static string Describe() => $"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";

    /// <summary>Runs to the end and says how long it took. Throws with its error text when it fails.</summary>
    public static async Task<TimeSpan> TimeAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        clock.Stop();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await error}{await output}");
        return clock.Elapsed;
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
