using System.Diagnostics;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Estates;

namespace RollbackTools.Tests.Practice.Kustomize;

/// <summary>The real <c>kubectl kustomize</c> over files written to a directory.</summary>
internal static class KubectlKustomize
{
    private static readonly string? Executable = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, "kubectl"), Path.Combine(folder, "kubectl.exe") }).FirstOrDefault(File.Exists);

    public static void Need() => Assert.SkipWhen(Executable is null, "kubectl is not on PATH");

    /// <summary>What it prints, as objects; or what it says when it fails.</summary>
    public static async Task<(IReadOnlyList<JsonObject>? Documents, string Error)> BuildAsync(IReadOnlyDictionary<string, string> files, string directory)
    {
        var root = Directory.CreateTempSubdirectory("rollback-kustomize-").FullName;
        try
        {
            foreach (var (path, content) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
                await File.WriteAllTextAsync(Path.Combine(root, path), content, TestContext.Current.CancellationToken);
            }

            ProcessStartInfo start = new(Executable!, ["kustomize", Path.Combine(root, directory)]) { RedirectStandardOutput = true, RedirectStandardError = true };
            var stop = TestContext.Current.CancellationToken;
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
            await process.WaitForExitAsync(stop);
            return process.ExitCode == 0 ? (Manifests.Parse(await output).ToList(), "") : (null, (await error).Replace(root + "/", "", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
