using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Git.Commits;

namespace RollbackTools.Cmdlets.Git;

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
