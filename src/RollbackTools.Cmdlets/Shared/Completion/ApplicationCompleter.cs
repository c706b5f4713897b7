using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>Argo CD applications of the namespace, with sync and health.</summary>
public sealed class ApplicationCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        var (lease, ns) = request.Connect(onlyArgoCd: true);
        using (lease)
        {
            var all = await lease.Estate.ArgoCd.ListAsync(ns ?? ApplicationName.DefaultNamespace, cancellation);
            return [.. all.OrderBy(one => one.Metadata.Name, StringComparer.Ordinal).Select(one => new Suggestion(one.Metadata.Name, $"{one.SyncStatus}, {one.Health}"))];
        }
    }
}
