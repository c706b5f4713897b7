using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>Finds the kubeconfig files kubectl would read, and merges them.</summary>
internal static class KubeconfigFiles
{
    /// <summary>
    /// <paramref name="given"/> (one file, which must exist, or a list) wins over <c>$KUBECONFIG</c> (a list; missing files are
    /// skipped), which wins over <c>~/.kube/config</c>. Null when nothing was given and no file exists.
    /// </summary>
    public static Kubeconfig? Load(string? given, HostEnvironment host)
    {
        var explicitly = !string.IsNullOrWhiteSpace(given);
        var paths = Paths(explicitly ? given : host.Value("KUBECONFIG"), host);
        if (explicitly && paths.Count == 1) return Kubeconfig.Read(paths[0]);

        var existing = paths.Where(Exists).ToList();
        if (existing.Count == 0)
        {
            return explicitly
                ? throw Configuration.Error($"None of the kubeconfig files in '{given}' exists.", "Set $KUBECONFIG, or name a file with -Kubeconfig.")
                : null;
        }

        return Kubeconfig.Merge([.. existing.Select(Kubeconfig.Read)]);
    }

    /// <summary>Where <see cref="Load"/> looks, for the error that says nothing was found.</summary>
    public static IReadOnlyList<string> Paths(string? list, HostEnvironment host) => string.IsNullOrWhiteSpace(list)
        ? [Path.Combine(host.HomeDirectory, ".kube", "config")]
        : [.. Split(list).Select(path => Path.GetFullPath(host.ExpandHome(path)))];

    // A directory counts as existing: kubectl refuses it by name instead of skipping it, and so do we.
    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static IEnumerable<string> Split(string list) => File.Exists(list)
        ? [list]
        : list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal);
}
