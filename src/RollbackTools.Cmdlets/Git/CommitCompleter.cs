using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Cmdlets.Git;

/// <summary>The newest commits of the branch.</summary>
public sealed class CommitCompleter : GitCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(
        CompletionRequest request, GitPlace place, IEstate estate, IGitRepository repository, CancellationToken cancellation)
    {
        var log = await repository.ReadLogAsync(await repository.ReadBranchAsync(place.Branch, cancellation), [], 20, cancellation);
        return [.. log.Commits.Select(commit => new Suggestion(commit.ShortId, $"{commit.Committer.At.UtcDateTime:yyyy-MM-dd HH:mm}Z {commit.Author.Name}: {commit.Subject}"))];
    }
}
