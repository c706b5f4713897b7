using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Releases;

/// <summary>The overlay in its repository, as it is and as it is to be.</summary>
internal sealed record ReleasePlace(IGitRepository Repository, GitBranch Branch, string Overlay, RenderedTree Now, ChosenRelease Target)
{
    public static async Task<ReleasePlace> FindAsync(IEstate estate, ReleaseRollbackRequest request, ArgoApplication? application, IReadOnlyList<ArgoHistoryEntry> judged, CancellationToken cancellation)
    {
        var source = application is not null ? GitSource.Of(application, request.Git)
            : request.Git.Repository is { } given ? new GitSource(RepositoryName.WithoutSecret(given), request.Git.Branch, request.Git.Overlay ?? "")
            : throw new RollbackException("RepositoryNotNamed", "Nothing says in which repository the release is.") { NextStep = "Name the Argo CD application, or the repository with -Repository." };
        var overlay = GitNames.Path(source.Overlay);
        if (request.Git.PullRequestBranch is { } named) GitNames.Branch(named);
        var repository = await estate.Git.OpenAsync(source.Repository, cancellation);
        var branch = await repository.ReadBranchAsync(source.Branch, cancellation);
        var now = await RenderedTree.ReadAsync(repository, estate.Kustomize, branch.Tip, overlay, cancellation);
        if (now.Files.Count == 0)
        {
            throw new RollbackException("OverlayNotFound", $"There is no directory '{overlay}' on {branch.Name} of {repository.Url}.")
            {
                Target = overlay,
                NextStep = "Write the overlay's path from the repository's root: -Overlay.",
            };
        }

        var target = await new ReleaseChoice(repository, estate.Kustomize, branch, overlay, request, application, judged).FindAsync(now, cancellation);
        return target.Tree.Files.Count > 0 ? new ReleasePlace(repository, branch, overlay, now, target)
            : throw new RollbackException("OverlayNotFound", $"There was no directory '{overlay}' at {target.Name}.") { Target = overlay };
    }

    /// <summary>What of it lies outside the overlay and differs: other overlays may be rendered from it, too.</summary>
    public IReadOnlyList<string> Shared => [.. Now.Directories.Union(Target.Tree.Directories).Where(directory => directory != Overlay)
        .Where(directory => Now.Files.Keys.Union(Target.Tree.Files.Keys).Any(path => path.StartsWith(directory + "/", StringComparison.Ordinal)
            && Now.Files.GetValueOrDefault(path) != Target.Tree.Files.GetValueOrDefault(path)))];
}
