using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Releases;

namespace RollbackTools.Operations.GitOps;

/// <summary>Reads the releases of a repository from its tags.</summary>
public sealed class ReleaseTags(IEstate estate)
{
    /// <summary>
    /// Highest version first, at most <paramref name="limit"/>. With an overlay, which of them the branch shows now, and which came before.
    /// </summary>
    public async Task<IReadOnlyList<ReleaseTag>> ReadAsync(
        string location, string? branch, string pattern, string? overlay, int limit, CancellationToken cancellation)
    {
        var repository = await estate.Git.OpenAsync(RepositoryName.WithoutSecret(location), cancellation);
        IReadOnlyList<GitTag> tags = [.. (await repository.ListTagsAsync(pattern, cancellation)).Take(limit)];
        var commits = await repository.ReadTagsAsync(tags, cancellation);
        var (current, previous) = overlay is null || tags.Count == 0 ? (-1, -1) : await PlaceAsync(repository, estate.Kustomize, branch, tags, GitNames.Path(overlay), cancellation);
        return [.. tags.Zip(commits, (tag, commit) => (tag, commit)).Select((pair, i) => new ReleaseTag
        {
            Estate = estate.Name,
            Repository = repository.Url,
            Name = pair.tag.Name,
            Commit = pair.commit.Id,
            Date = pair.commit.Committer.At,
            Author = pair.commit.Author.Name,
            Subject = pair.commit.Subject,
            Annotated = pair.tag.Annotated,
            Current = i == current,
            Previous = i == previous,
        })];
    }

    private static async Task<(int Current, int Previous)> PlaceAsync(
        IGitRepository repository, IKustomizeFiles kustomize, string? branch, IReadOnlyList<GitTag> tags, string overlay, CancellationToken cancellation)
    {
        var tip = await repository.ReadBranchAsync(branch, cancellation);
        var now = await RenderedTree.ReadAsync(repository, kustomize, tip.Tip, overlay, cancellation);
        if (now.Files.Count == 0)
        {
            throw new EstateException(EstateErrorKind.NotFound, $"There is no directory '{overlay}' on {tip.Name} of {repository.Url}.")
            {
                Recommendation = "Write the overlay's path from the repository's root.",
            };
        }

        var current = -1;
        for (var i = 0; i < tags.Count; i++)
        {
            var same = (await RenderedTree.ReadAsync(repository, kustomize, tags[i].Commit, overlay, cancellation)).Content == now.Content;
            if (same && current < 0) current = i;
            if (!same && current >= 0) return (current, i);
        }

        return (current, current < 0 ? 0 : -1);
    }
}
