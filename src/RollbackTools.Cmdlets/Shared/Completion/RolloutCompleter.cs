using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>Argo Rollouts of the namespace, with their phase.</summary>
public sealed class RolloutCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var (lease, ns) = request.Connect();
        using (lease)
        {
            var cluster = lease.Estate.Cluster;
            var all = await cluster.ListAsync(Resources.Rollouts, ns ?? cluster.Info.DefaultNamespace, ListFilter.None, cancellation);
            return [.. all.Items.OrderBy(one => one.Metadata.Name, StringComparer.Ordinal)
                .Select(one => new Suggestion(one.Metadata.Name, $"rollout in {one.Metadata.Namespace}, {one.Status.Phase ?? "phase unknown"}"))];
        }
    }
}
