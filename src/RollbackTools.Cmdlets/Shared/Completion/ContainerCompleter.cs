using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The containers of the workload that is already on the line.</summary>
public sealed class ContainerCompleter : ImageHistoryCompleter
{
    private protected override bool OffersCurrent => true;

    private protected override IEnumerable<string> Offer(ImageRevision revision, string? container) => revision.Images.Select(image => image.Container);
}
