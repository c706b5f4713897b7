using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The revisions of the workload that is already on the line.</summary>
public sealed class RevisionCompleter : ImageHistoryCompleter
{
    private protected override IEnumerable<string> Offer(ImageRevision revision, string? container) => [$"{revision.Revision}"];
}
