using System.Diagnostics;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>Where the practice program and the runtime for it are.</summary>
internal static class PracticeProgram
{
    private const string Assembly = "RollbackTools.Practice.dll";

    /// <summary>A process ready to be started. Throws <see cref="RollbackException"/> when something is missing.</summary>
    public static ProcessStartInfo Command(string estate, string readyFile)
    {
        ProcessStartInfo start = new(FindRuntime())
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[FindAssembly(), "serve", "--estate", estate, "--ready-file", readyFile, "--parent-process", $"{Environment.ProcessId}"])
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>In the module it has a folder of its own; in a build's output it lies beside the cmdlets.</summary>
    private static string FindAssembly()
    {
        var here = Path.GetDirectoryName(typeof(PracticeProgram).Assembly.Location)!;
        string[] places = [Path.Combine(here, "..", "practice", Assembly), Path.Combine(here, Assembly)];
        return places.Select(Path.GetFullPath).FirstOrDefault(File.Exists)
            ?? throw new RollbackException("PracticeMissing", $"{Assembly} is not in {Path.GetFullPath(Path.GetDirectoryName(places[0])!)}: the module is incomplete.")
            {
                NextStep = "Install the module again.",
            };
    }

    private static string FindRuntime()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        IEnumerable<string?> folders =
        [
            Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
            OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet") : "/usr/share/dotnet",
            "/usr/lib/dotnet", "/usr/local/share/dotnet",
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet"),
        ];
        return folders.Where(folder => !string.IsNullOrWhiteSpace(folder)).Select(folder => Path.Combine(folder!, name)).FirstOrDefault(File.Exists)
            ?? throw RuntimeMissing("There is no 'dotnet' on PATH.", null);
    }

    public static RollbackException RuntimeMissing(string why, Exception? cause) =>
        new("RuntimeMissing", $"The practice estate needs the ASP.NET Core runtime (8.0 or newer). {why}", cause)
        {
            NextStep = "Install it from https://dotnet.microsoft.com/download, then start again. Everything else in this module works without it.",
        };
}
