using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Helm;

/// <summary>A release's revisions with charts, images, what each changed and how it did. Only reads.</summary>
public sealed class HelmHistory(IEstate estate, TimeProvider time)
{
    private readonly HelmReleaseReader reader = new(estate);

    /// <summary>Newest first. Throws HelmReleaseNotFound.</summary>
    public async Task<IReadOnlyList<HelmRevision>> ReadAsync(string? ns, string name, CancellationToken cancellation)
    {
        var release = await reader.ReadAsync(ns, name, cancellation);
        return HelmKnownGood.Report(release, await reader.ReadWorkloadsAsync(release, cancellation), estate.Name, time.GetUtcNow());
    }
}
