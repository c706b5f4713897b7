using System.Text;
using RollbackTools.Practice.Kustomize;

namespace RollbackTools.Tests.Practice.Kustomize;

/// <summary>A tree of files in memory: path and content.</summary>
internal sealed class MemoryTree(IReadOnlyDictionary<string, string> files) : IFileTree
{
    public ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation) =>
        ValueTask.FromResult(files.TryGetValue(path, out var content) ? Encoding.UTF8.GetBytes(content) : null);

    public ValueTask<IReadOnlyList<(string Name, bool IsDirectory)>?> ListAsync(string path, CancellationToken cancellation)
    {
        var prefix = path.Length == 0 ? "" : path + "/";
        var entries = files.Keys.Where(file => file.StartsWith(prefix, StringComparison.Ordinal)).Select(file => file[prefix.Length..].Split('/'))
            .Select(parts => (parts[0], parts.Length > 1)).Distinct().ToList();
        return ValueTask.FromResult<IReadOnlyList<(string, bool)>?>(entries.Count == 0 ? null : entries);
    }

    /// <summary>
    /// From one text: <c>=== path</c> before each file. Short to write, easy to read.
    /// </summary>
    public static Dictionary<string, string> Parse(string text) => text.ReplaceLineEndings("\n").Split("=== ", StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Split('\n', 2)).ToDictionary(part => part[0].Trim(), part => part[1]);
}
