using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.GitOps;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Releases;

/// <summary>A release to go to: a commit at which the overlay was as it is to be again, and what people call it.</summary>
internal sealed record ChosenRelease(string Commit, string Name, RenderedTree Tree)
{
    /// <summary>Releases that were passed over, and why.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];
}

/// <summary>Finds the release before the present one: by tags, else by the overlay's own commits. One that was left before is not gone back to.</summary>
internal sealed class ReleaseChoice(IGitRepository repository, IKustomizeFiles kustomize, GitBranch branch, string overlay, ReleaseRollbackRequest request, ArgoApplication? application, IReadOnlyList<ArgoHistoryEntry> judged)
{
    private const int LookBack = 20;

    public async Task<ChosenRelease> FindAsync(RenderedTree now, CancellationToken cancellation)
    {
        if (request.ToCommit is { } revision)
        {
            var commit = await repository.FindCommitAsync(branch, revision, cancellation);
            return await AtAsync(commit.Id, commit.ShortId, cancellation);
        }

        if (request.ToTag is { } named)
        {
            var tag = (await repository.ListTagsAsync(GitNames.Tag(named), cancellation)).FirstOrDefault()
                ?? throw Refuse("TagNotFound", $"{repository.Url} has no tag '{named}'.", $"Get-ReleaseTag -Pattern {request.TagPattern} lists them.");
            await repository.ReadTagsAsync([tag], cancellation);
            return await AtAsync(tag.Commit, tag.Name, cancellation);
        }

        IReadOnlyList<GitTag> tags = [.. (await repository.ListTagsAsync(request.TagPattern, cancellation)).Take(LookBack)];
        if (tags.Count == 0)
        {
            var log = await repository.ReadLogAsync(branch, overlay, LookBack, cancellation);
            return await PreviousAsync(now, log.Commits.Select(commit => (commit.Id, commit.ShortId)), isPast: true, cancellation);
        }

        await repository.ReadTagsAsync(tags, cancellation);
        return await PreviousAsync(now, tags.Select(tag => (tag.Commit, tag.Name)), isPast: false, cancellation);
    }

    // Until the present one is met, what is passed is newer; when no release shows what is there now, the newest is the way back.
    private async Task<ChosenRelease> PreviousAsync(RenderedTree now, IEnumerable<(string Commit, string Name)> newestFirst, bool isPast, CancellationToken cancellation)
    {
        List<ChosenRelease> seen = [];
        foreach (var (commit, name) in newestFirst) seen.Add(await AtAsync(commit, name, cancellation));
        var present = isPast ? -1 : seen.FindIndex(one => one.Tree.Content == now.Content);
        var bad = MarkRelease.Bad(application);
        List<string> skipped = [];
        foreach (var release in seen.Skip(present + 1).Where(one => one.Tree.Content != now.Content && one.Tree.Files.Count > 0))
        {
            if (bad.Contains(release.Tree.Content)) skipped.Add($"{release.Name} was rolled away from before, so it is passed over.");
            else if (Doubtful(release) is { } why) skipped.Add($"{release.Name} is not known to have worked ({why}), so it is passed over.");
            else return release with { Skipped = skipped };
        }

        throw Refuse("NoKnownGoodRelease", $"No earlier release of {overlay} on {branch.Name} is left to go back to.{(skipped.Count > 0 ? $" {string.Join(' ', skipped)}" : "")}",
            "Name one: -ToTag, or -ToCommit (git log tells).");
    }

    // The application's history tells of those it still holds: one that was replaced within the hour was not left for nothing.
    private string? Doubtful(ChosenRelease release)
    {
        var deployed = judged.Where(entry => entry.Revision == release.Commit).ToList();
        return deployed.Count > 0 && deployed.TrueForAll(entry => entry.Health < RevisionHealth.Likely) ? deployed[0].Evidence.FirstOrDefault() ?? "nothing tells how it did" : null;
    }

    private async Task<ChosenRelease> AtAsync(string commit, string name, CancellationToken cancellation) =>
        new(commit, name, await RenderedTree.ReadAsync(repository, kustomize, commit, overlay, cancellation));

    private RollbackException Refuse(string id, string message, string next) => new(id, message) { Target = overlay, NextStep = next };
}
