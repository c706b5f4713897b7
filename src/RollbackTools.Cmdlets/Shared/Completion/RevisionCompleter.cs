using RollbackTools.Operations.Images;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The revisions of the workload that is already on the line, newest first, without the current one.</summary>
public sealed class RevisionCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        if (request.Text("Name") is not { Length: > 0 } name) return [];

        var (lease, ns) = request.Connect();
        using (lease)
        {
            var history = new ImageHistory(lease.Estate.Cluster, request.Services.Time);
            var revisions = await history.ReadAsync(WorkloadReference.Parse(name) with { Namespace = ns }, cancellation);
            return [.. revisions.Where(revision => !revision.Current).Select(revision =>
                new Suggestion($"{revision.Revision}", $"{revision.Health}: {revision.Image}"))];
        }
    }
}
