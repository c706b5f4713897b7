using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>Deployments, StatefulSets, DaemonSets and Argo Rollouts of the namespace; kind/name where a name is shared or a kind was begun.</summary>
public sealed class WorkloadCompleter : LiveCompleter
{
    private static readonly Resource<Workload>[] Kinds = [Resources.Deployments, Resources.StatefulSets, Resources.DaemonSets, Resources.Rollouts];

    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var (lease, ns) = request.Connect();
        using (lease)
        {
            var cluster = lease.Estate.Cluster;
            var found = (await Task.WhenAll(Kinds.Select(async kind => await ListAsync(cluster, kind, ns, cancellation))))
                .SelectMany(part => part).OrderBy(item => item.Name, StringComparer.Ordinal).ToList();
            var shared = found.GroupBy(item => item.Name).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
            var bare = found.Where(item => !shared.Contains(item.Name)).Select(item => new Suggestion(item.Name, item.Tooltip));
            var full = found.Select(item => new Suggestion($"{item.Kind}/{item.Name}", item.Tooltip) { LongForm = !shared.Contains(item.Name) });
            return [.. bare, .. full];
        }
    }

    private static string Revision(Workload item) => item.Metadata.Annotations.GetValueOrDefault("deployment.kubernetes.io/revision")
        ?? item.Metadata.Annotations.GetValueOrDefault("rollout.argoproj.io/revision", "?");

    private static async Task<IEnumerable<(string Kind, string Name, string Tooltip)>> ListAsync(
        ICluster cluster, Resource<Workload> kind, string? ns, CancellationToken cancellation)
    {
        try
        {
            var list = await cluster.ListAsync(kind, ns ?? cluster.Info.DefaultNamespace, ListFilter.None, cancellation);
            var word = kind.Kind.ToLowerInvariant();
            return list.Items.Select(item =>
                (word, item.Metadata.Name, $"{word} in {item.Metadata.Namespace}, revision {Revision(item)}"));
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden or EstateErrorKind.NotFound)
        {
            return []; // The other kinds may still be readable.
        }
    }
}
