using RollbackTools.Cmdlets.Git;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Cmdlets.Releases;

/// <summary>The repository's release tags, highest version first; those of -TagPattern when it is on the line.</summary>
public sealed class ReleaseTagCompleter : GitCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(
        CompletionRequest request, GitPlace place, IEstate estate, IGitRepository repository, CancellationToken cancellation)
    {
        var tags = await repository.ListTagsAsync(request.Text("TagPattern") ?? "release/v*", cancellation);
        return [.. tags.Select(tag => new Suggestion(tag.Name, $"tag {tag.Name} of {repository.Url}"))];
    }
}
