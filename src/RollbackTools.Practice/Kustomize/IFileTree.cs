namespace RollbackTools.Practice.Kustomize;

/// <summary>Files to render from. Paths are relative, with <c>/</c>, and already without <c>.</c> and <c>..</c>; the root is "".</summary>
public interface IFileTree
{
    /// <summary>A file's bytes; null when there is no such file.</summary>
    ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation);

    /// <summary>The names of the files and directories in a directory; null when there is no such directory.</summary>
    ValueTask<IReadOnlyList<(string Name, bool IsDirectory)>?> ListAsync(string path, CancellationToken cancellation);
}

/// <summary>Paths inside a tree.</summary>
internal static class TreePath
{
    /// <summary>Where a relative path leads from a directory; null when it leads out of the tree.</summary>
    public static string? Join(string directory, string path)
    {
        List<string> parts = [.. directory.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count == 0) return null;
            else parts.RemoveAt(parts.Count - 1);
        }

        return path.StartsWith('/') ? null : string.Join('/', parts);
    }

    public static bool IsWithin(string path, string directory) =>
        directory.Length == 0 || path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
}
