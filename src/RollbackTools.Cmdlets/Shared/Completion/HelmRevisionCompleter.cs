using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The revisions of the release that is already on the line, newest first, without the current one. Labels tell them.</summary>
public sealed class HelmRevisionCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        if (request.Text("Name") is not { Length: > 0 } text) return [];

        Helm.HelmReleaseIdentity release = new(text);
        var (lease, ns) = request.Connect();
        using (lease)
        {
            var found = await lease.Estate.Helm.ListAsync(release.Namespace ?? ns ?? lease.Estate.Cluster.Info.DefaultNamespace, release.Name, cancellation);
            return [.. found.Records.Skip(1).Select(record => new Suggestion($"{record.Name.Revision}", record.Status))];
        }
    }
}
