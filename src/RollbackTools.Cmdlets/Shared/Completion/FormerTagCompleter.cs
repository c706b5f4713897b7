using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The tags that the workload on the line ran before.</summary>
public sealed class FormerTagCompleter : ImageHistoryCompleter
{
    private protected override IEnumerable<string> Offer(ImageRevision revision, string? container) => Images(revision, container).Select(image => image.Tag).OfType<string>();
}
