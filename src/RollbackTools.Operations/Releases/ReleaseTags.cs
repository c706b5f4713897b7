using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;

namespace RollbackTools.Operations.Releases;

/// <summary>What an application's own history says of releases: which were rolled away from, and which did not work.</summary>
public sealed class ReleaseExperience
{
    private ReleaseExperience(ArgoApplication? application, IReadOnlyList<ArgoHistoryEntry> judged) => Order = new ReleaseOrder(application, judged);

    /// <summary>Where no application is known: releases are told apart by what they look like alone.</summary>
    public static ReleaseExperience None { get; } = new(null, []);

    internal ReleaseOrder Order { get; }

    /// <summary>Asks Argo CD. Throws <see cref="EstateException"/>.</summary>
    public static async Task<ReleaseExperience> ReadAsync(IEstate estate, ApplicationName name, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(estate);
        var application = await estate.ArgoCd.GetAsync(name, ArgoRefresh.None, cancellation);
        return new ReleaseExperience(application, await new ApplicationHistory(estate, time).JudgeAsync(application, cancellation));
    }
}

/// <summary>Reads the releases of a repository from its tags.</summary>
public sealed class ReleaseTags(IEstate estate)
{
    /// <summary>
    /// Highest version first, at most <paramref name="limit"/>. With an overlay, which of them the branch shows now, and which a rollback goes to.
    /// </summary>
    public async Task<IReadOnlyList<ReleaseTag>> ReadAsync(
        string location, string? branch, string pattern, string? overlay, int limit, ReleaseExperience experience, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(experience);
        var repository = await estate.Git.OpenAsync(RepositoryName.WithoutSecret(location), cancellation);
        var tags = await repository.ReadTagsAsync(await repository.ListTagsAsync(pattern, cancellation), Math.Max(limit, overlay is null ? 0 : ReleaseOrder.LookBack), cancellation);
        var placed = overlay is null || tags.Count == 0 ? new PlacedReleases(-1, -1, []) : await PlaceAsync(repository, branch, tags, GitNames.Path(overlay), experience, cancellation);
        return [.. tags.Take(limit).Select((one, i) => new ReleaseTag
        {
            Estate = estate.Name,
            Repository = repository.Url,
            Name = one.Tag.Name,
            Commit = one.Commit.Id,
            Date = one.Commit.Committer.At,
            Author = one.Commit.Author.Name,
            Subject = one.Commit.Subject,
            Annotated = one.Tag.Annotated,
            Current = i == placed.Present,
            Previous = i == placed.Previous,
        })];
    }

    private async Task<PlacedReleases> PlaceAsync(
        IGitRepository repository, string? branch, IReadOnlyList<TaggedCommit> tags, string overlay, ReleaseExperience experience, CancellationToken cancellation)
    {
        var tip = await repository.ReadBranchAsync(branch, cancellation);
        var now = await RenderedTree.ReadAsync(repository, estate.Kustomize, tip.Tip, overlay, cancellation);
        if (now.Files.Count == 0)
        {
            throw new EstateException(EstateErrorKind.NotFound, $"There is no directory '{overlay}' on {tip.Name} of {repository.Url}.")
            {
                Recommendation = "Write the overlay's path from the repository's root.",
            };
        }

        List<ChosenRelease> releases = [];
        foreach (var (tag, commit) in tags.Take(ReleaseOrder.LookBack))
            releases.Add(new ChosenRelease(commit.Id, tag.Name, await RenderedTree.ReadAsync(repository, estate.Kustomize, commit.Id, overlay, cancellation)));
        return experience.Order.Place(now, releases);
    }
}
