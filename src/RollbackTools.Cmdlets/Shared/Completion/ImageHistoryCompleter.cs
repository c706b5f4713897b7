using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>What the history of the workload on the line offers, newest first, without the current revision.</summary>
public abstract class ImageHistoryCompleter : LiveCompleter
{
    private protected sealed override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        if (request.Text("Name") is not { Length: > 0 } name) return [];

        var (lease, ns) = request.Connect();
        using (lease)
        {
            var history = new ImageHistory(lease.Estate.Cluster, request.Services.Time);
            var revisions = await history.ReadAsync(WorkloadReference.Parse(name) with { Namespace = ns }, cancellation);
            return [.. revisions.Where(revision => !revision.Current || OffersCurrent).SelectMany(revision => Offer(revision, request.Text("Container"))
                .Select(text => new Suggestion(text, $"{revision.Health}: revision {revision.Revision}, {revision.Image}"))).DistinctBy(found => found.Text)];
        }
    }

    /// <summary>Whether what runs now is offered too.</summary>
    private protected virtual bool OffersCurrent => false;

    private protected abstract IEnumerable<string> Offer(ImageRevision revision, string? container);

    /// <summary>The revision's images, or the one of the container on the line, that are written as an image can be.</summary>
    private protected static IEnumerable<ImageReference> Images(ImageRevision revision, string? container) => revision.Images
        .Where(image => container is null || image.Container == container).Select(image => ImageReference.ParseOrNull(image.Image)).OfType<ImageReference>();
}
