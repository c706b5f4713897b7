using System.Security.Cryptography;
using System.Text;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Operations.Releases;

/// <summary>The files of a directory at a commit, by the ids of their content.</summary>
internal sealed record OverlayTree(IReadOnlyDictionary<string, string> Files)
{
    private const int MostDirectories = 500;

    /// <summary>The same text for the same content.</summary>
    public string Content { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Value} {file.Key}")))))[..16].ToLowerInvariant();

    public static async Task<OverlayTree> ReadAsync(IGitRepository repository, string commit, string directory, CancellationToken cancellation)
    {
        Dictionary<string, string> files = [];
        Queue<string> open = new([directory]);
        for (var seen = 0; seen < MostDirectories && open.TryDequeue(out var next); seen++)
        {
            foreach (var entry in await repository.ListAsync(commit, next, cancellation))
            {
                var path = GitNames.Join(next, entry.Name);
                if (entry.Kind == GitEntryKind.Directory) open.Enqueue(path);
                else files[path] = entry.Id;
            }
        }

        return new OverlayTree(files);
    }
}
