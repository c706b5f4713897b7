using RollbackTools.Operations.Workloads.History;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The digests that the workload on the line ran before.</summary>
public sealed class FormerDigestCompleter : ImageHistoryCompleter
{
    private protected override IEnumerable<string> Offer(ImageRevision revision, string? container) => Images(revision, container).Select(image => image.Digest).OfType<string>();
}
