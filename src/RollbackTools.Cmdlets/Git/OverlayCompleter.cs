using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Git.Overlays;

namespace RollbackTools.Cmdlets.Git;

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
