using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Overlays;

namespace RollbackTools.Cmdlets.Git;

/// <summary>What the image was pinned to before, newest first.</summary>
public sealed class PinnedTagCompleter : GitCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(
        CompletionRequest request, GitPlace place, IEstate estate, IGitRepository repository, CancellationToken cancellation)
    {
        if (request.Text("Image") is not { Length: > 0 } image) return [];
        var branch = await repository.ReadBranchAsync(place.Branch, cancellation);
        var pins = await new PinHistory(repository, estate.Kustomize).ReadAsync(branch, place.OverlayOr(request.Text("Overlay")), image, 8, cancellation);
        return [.. pins.Select(pin => new Suggestion(pin.Tag, $"until {pin.Until.Committer.At.UtcDateTime:yyyy-MM-dd HH:mm}Z: {pin.Until.Subject}"))];
    }
}
