using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The namespaces of the estate, if we may list them.</summary>
public sealed class NamespaceCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var (lease, _) = request.Connect();
        using (lease)
        {
            var list = await lease.Estate.Cluster.ListAsync(Resources.Namespaces, null, ListFilter.None, cancellation);
            return [.. list.Items.Select(item => item.Metadata.Name).Order(StringComparer.Ordinal).Select(name => new Suggestion(name, $"namespace {name}"))];
        }
    }
}
