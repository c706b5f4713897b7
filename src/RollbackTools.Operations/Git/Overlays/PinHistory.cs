using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>What an overlay pinned an image to, as its commits tell.</summary>
public sealed class PinHistory(IGitRepository repository, IKustomizeFiles files)
{
    /// <summary>The tags before the present one, newest first, each with the commit that ended it.</summary>
    public async Task<IReadOnlyList<(string Tag, GitCommit Until)>> ReadAsync(
        GitBranch branch, string overlay, string image, int limit, CancellationToken cancellation)
    {
        // The entry may stand in a component or a base.
        var directories = await new OverlayFiles(repository, files, branch.Tip, GitNames.Path(overlay)).DirectoriesAsync(cancellation);
        var log = await repository.ReadLogAsync(branch, directories, limit + 1, cancellation);
        var now = await TagAtAsync(branch.Tip, overlay, image, cancellation);
        List<(string, GitCommit)> found = [];
        foreach (var (commit, older) in log.Commits.Zip(log.Commits.Skip(1)))
        {
            // The next older commit that touched any of it left what this one found.
            var before = await TagAtAsync(older.Id, overlay, image, cancellation);
            if (before is not null && before != now && found.TrueForAll(pair => pair.Item1 != before)) found.Add((before, commit));
        }

        return found;
    }

    private async Task<string?> TagAtAsync(string commit, string overlay, string image, CancellationToken cancellation)
    {
        try
        {
            var edits = await new OverlayFiles(repository, files, commit, GitNames.Path(overlay)).PinAsync(new ImagePin { Name = image }, null, cancellation);
            return edits[0].Edit.Before?.NewTag;
        }
        catch (RollbackException)
        {
            return null; // Not there then, or not readable.
        }
    }
}
