using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>Helm releases of the namespace, with the newest revision's status: labels tell both.</summary>
public sealed class HelmReleaseCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var (lease, ns) = request.Connect();
        using (lease)
        {
            var found = await lease.Estate.Helm.ListAsync(ns ?? lease.Estate.Cluster.Info.DefaultNamespace, null, cancellation);
            return [.. found.Records.GroupBy(record => record.Name.Release).Select(release => release.First())
                .Select(record => new Suggestion(record.Name.Release, $"revision {record.Name.Revision}, {record.Status}"))];
        }
    }
}
