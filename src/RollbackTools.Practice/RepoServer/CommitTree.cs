using System.Collections.Concurrent;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kustomize;

namespace RollbackTools.Practice.RepoServer;

/// <summary>The files of one commit, read from the bare repository as they are asked for. A commit never changes: each is read once.</summary>
internal sealed class CommitTree(GitRepository repository, string commit) : IFileTree
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<TreeEntry>?> directories = new(StringComparer.Ordinal);

    public async ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        var slash = path.LastIndexOf('/');
        var siblings = await EntriesAsync(slash < 0 ? "" : path[..slash], cancellation);
        return siblings?.Any(entry => !entry.IsDirectory && entry.Name == path[(slash + 1)..]) == true
            ? await repository.ReadAsync(commit, path, cancellation)
            : null;
    }

    public async ValueTask<IReadOnlyList<(string Name, bool IsDirectory)>?> ListAsync(string path, CancellationToken cancellation) =>
        await EntriesAsync(path, cancellation) is { } entries ? [.. entries.Select(entry => (entry.Name, entry.IsDirectory))] : null;

    private async ValueTask<IReadOnlyList<TreeEntry>?> EntriesAsync(string path, CancellationToken cancellation) =>
        directories.TryGetValue(path, out var known) ? known : directories[path] = await repository.ListAsync(commit, path, cancellation);
}
