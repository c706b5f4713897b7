using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.ImageUpdates;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Releases;

/// <summary>A release to go to: a commit at which the overlay was as it is to be again, and what people call it.</summary>
internal sealed record ChosenRelease(string Commit, string Name, RenderedTree Tree)
{
    /// <summary>It is what the last rollback went to, and works: the answer to asking twice.</summary>
    public bool IsResting { get; init; }

    /// <summary>Releases that were passed over, and why.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];
}

/// <summary>Finds the release before the present one: by tags, else by the overlay's own commits. One that was left before is not gone back to.</summary>
internal sealed class ReleaseChoice(IGitRepository repository, IKustomizeFiles kustomize, GitBranch branch, string overlay, ReleaseRollbackRequest request, ArgoApplication? application, IReadOnlyList<ArgoHistoryEntry> judged)
{
    public async Task<ChosenRelease> FindAsync(RenderedTree now, CancellationToken cancellation)
    {
        if (await IsRestingAsync(now, cancellation)) return new ChosenRelease(branch.Tip, GitCommit.Short(branch.Tip), now) { IsResting = true };
        if (request.ToCommit is { } revision)
        {
            var commit = await repository.FindCommitAsync(branch, revision, cancellation);
            return await AtAsync(commit.Id, commit.ShortId, cancellation);
        }

        if (request.ToTag is { } named)
        {
            var tag = (await repository.ListTagsAsync(GitNames.Tag(named), cancellation)).FirstOrDefault()
                ?? throw Refuse("TagNotFound", $"{repository.Url} has no tag '{named}'.", $"To see the tags: Get-ReleaseTag -Pattern {request.TagPattern}");
            return await repository.ReadTagsAsync([tag], 1, cancellation) is [var release] ? await AtAsync(release.Commit.Id, tag.Name, cancellation)
                : throw Refuse("TagNotFound", $"The tag '{named}' of {repository.Url} names no commit.", $"To see those that do: Get-ReleaseTag -Pattern {request.TagPattern}");
        }

        var tags = await repository.ReadTagsAsync(await repository.ListTagsAsync(request.TagPattern, cancellation), ReleaseOrder.LookBack, cancellation);
        if (tags.Count == 0)
        {
            var log = await repository.ReadLogAsync(branch, now.Directories, ReleaseOrder.LookBack, cancellation);
            return await PreviousAsync(now, log.Commits.Select(commit => (commit.Id, commit.ShortId)), isPast: true, cancellation);
        }

        return await PreviousAsync(now, tags.Select(one => (one.Commit.Id, one.Tag.Name)), isPast: false, cancellation);
    }

    // Asked again, it stays: who wants to go further back says how far. Where somebody else writes the application, the note on it does not last,
    // and the newest commit tells.
    private async Task<bool> IsRestingAsync(RenderedTree now, CancellationToken cancellation)
    {
        if (request is not { ToCommit: null, ToTag: null } || application is not { Health: "Healthy" or "Progressing" }) return false;
        if (application.Annotation(MarkRelease.RestingAnnotation) is { } note) return note == now.Content;
        return (await repository.ReadLogAsync(branch, now.Directories, 1, cancellation)).Commits is [var newest] && ReturnOverlay.IsIn(newest, overlay);
    }

    private async Task<ChosenRelease> PreviousAsync(RenderedTree now, IEnumerable<(string Commit, string Name)> newestFirst, bool isPast, CancellationToken cancellation)
    {
        List<ChosenRelease> seen = [];
        foreach (var (commit, name) in newestFirst) seen.Add(await AtAsync(commit, name, cancellation));
        var placed = new ReleaseOrder(application, judged).Place(now, seen, isPast);
        return placed.Previous >= 0 ? seen[placed.Previous] with { Skipped = placed.Skipped }
            : throw Refuse("NoKnownGoodRelease", $"No earlier release of {overlay} on {branch.Name} is left to go back to.{(placed.Skipped.Count > 0 ? $" {string.Join(' ', placed.Skipped)}" : "")}",
                "Name one: -ToTag, or -ToCommit (git log tells).");
    }

    private async Task<ChosenRelease> AtAsync(string commit, string name, CancellationToken cancellation) =>
        new(commit, name, await RenderedTree.ReadAsync(repository, kustomize, commit, overlay, cancellation));

    private RollbackException Refuse(string id, string message, string next) => new(id, message) { Target = overlay, NextStep = next };
}
