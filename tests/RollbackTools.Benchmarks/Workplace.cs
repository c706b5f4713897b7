using System.Diagnostics;
using RollbackTools.Practice.Git;

namespace RollbackTools.Benchmarks;

/// <summary>Somebody's home directory, with a name for commits and a cache, and how they would pin an image by hand.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("rollbacktools-bench-").FullName;

    public Workplace()
    {
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Cache);
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            Environment.SetEnvironmentVariable($"GIT_{who}_NAME", "Bench");
            Environment.SetEnvironmentVariable($"GIT_{who}_EMAIL", "bench@example.com");
        }
    }

    private string Cache => Path.Combine(home, "cache");

    public void ForgetCache()
    {
        if (Directory.Exists(Cache)) Directory.Delete(Cache, recursive: true);
    }

    public async Task<TimeSpan> ByHandAsync(GitRepository repository, string overlay, string tag, string clone)
    {
        var copy = Path.Combine(home, "copy");
        if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        var clock = Stopwatch.StartNew();
        await GitAsync([.. clone.Split(' '), "--", repository.HttpUrl.AbsoluteUri, copy]);
        if (clone.Contains("--sparse", StringComparison.Ordinal)) await GitAsync(["-C", copy, "sparse-checkout", "set", overlay]);
        var file = Path.Combine(copy, overlay, "kustomization.yaml");
        var lines = await File.ReadAllLinesAsync(file);
        await File.WriteAllLinesAsync(file, lines.Select(line => line.Contains("newTag:", StringComparison.Ordinal) ? $"    newTag: {tag}" : line));
        await GitAsync(["-C", copy, "commit", "--quiet", "-am", $"rollback: prod shop to {tag}"]);
        await GitAsync(["-C", copy, "push", "--quiet", "origin", "HEAD"]);
        return clock.Elapsed;
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    private static Task GitAsync(string[] arguments) => Machine.TimeAsync(GitTool.Executable!, arguments);
}
