using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.GitOps;

namespace RollbackTools.Cmdlets.GitOps;

/// <summary>Completion from the repository that is on the line.</summary>
public abstract class GitCompleter : LiveCompleter
{
    private protected sealed override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        EstateParameters given = new()
        {
            Environment = request.Text("Environment") ?? request.Text("Env"),
            EnvironmentFile = request.Path("EnvironmentFile"),
            Directory = request.CurrentDirectory(),
        };
        var named = request.Text("Repository");
        var place = GitPlace.Of(
            request.Services.Provider, given, named is not null && RepositoryName.IsPath(named) ? request.Path("Repository") : named, request.Text("Branch"));
        await using var estate = request.Services.Provider.Open(new EstateOptions { WithoutCluster = true, EstateName = place.Estate }, _ => { });
        var repository = await estate.Git.OpenAsync(place.Repository, cancellation);
        return await FindAsync(request, place, estate, repository, cancellation);
    }

    private protected abstract Task<IReadOnlyList<Suggestion>> FindAsync(
        CompletionRequest request, GitPlace place, IEstate estate, IGitRepository repository, CancellationToken cancellation);
}

/// <summary>The newest commits of the branch.</summary>
public sealed class CommitCompleter : GitCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(
        CompletionRequest request, GitPlace place, IEstate estate, IGitRepository repository, CancellationToken cancellation)
    {
        var log = await repository.ReadLogAsync(await repository.ReadBranchAsync(place.Branch, cancellation), null, 20, cancellation);
        return [.. log.Commits.Select(commit => new Suggestion(commit.ShortId, $"{commit.Committer.At:yyyy-MM-dd HH:mm} {commit.Author.Name}: {commit.Subject}"))];
    }
}

/// <summary>What the image was pinned to before, newest first.</summary>
public sealed class PinnedTagCompleter : GitCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(
        CompletionRequest request, GitPlace place, IEstate estate, IGitRepository repository, CancellationToken cancellation)
    {
        if (request.Text("Image") is not { Length: > 0 } image) return [];
        var branch = await repository.ReadBranchAsync(place.Branch, cancellation);
        var pins = await new PinHistory(repository, estate.Kustomize).ReadAsync(branch, place.OverlayOr(request.Text("Overlay")), image, 8, cancellation);
        return [.. pins.Select(pin => new Suggestion(pin.Tag, $"until {pin.Until.Committer.At:yyyy-MM-dd HH:mm}: {pin.Until.Subject}"))];
    }
}

/// <summary>Directories below what was typed so far.</summary>
public sealed class OverlayCompleter : GitCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(
        CompletionRequest request, GitPlace place, IEstate estate, IGitRepository repository, CancellationToken cancellation)
    {
        var branch = await repository.ReadBranchAsync(place.Branch, cancellation);
        var overlays = await new OverlaySearch(repository).FindAsync(branch.Tip, cancellation);
        return [.. overlays.Select(path => new Suggestion(path, $"on {branch.Name}"))];
    }
}
