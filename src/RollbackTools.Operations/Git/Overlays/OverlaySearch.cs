using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>Finds the directories of a repository that have a kustomization, as far as a person would look.</summary>
public sealed class OverlaySearch(IGitRepository repository)
{
    private const int MostDirectories = 300;
    private const int Deepest = 6;

    public async Task<IReadOnlyList<string>> FindAsync(string commit, CancellationToken cancellation)
    {
        List<string> found = [];
        Queue<string> open = new([""]);
        for (var seen = 0; seen < MostDirectories && open.TryDequeue(out var directory); seen++)
        {
            var entries = await repository.ListAsync(commit, directory, cancellation);
            if (entries.Any(entry => entry.Name is "kustomization.yaml" or "kustomization.yml" or "Kustomization")) found.Add(directory);
            if (directory.Count(c => c == '/') >= Deepest) continue;
            foreach (var entry in entries.Where(entry => entry.Kind == GitEntryKind.Directory)) open.Enqueue(GitNames.Join(directory, entry.Name));
        }

        return [.. found.Where(path => path.Length > 0).Order(StringComparer.Ordinal)];
    }
}
