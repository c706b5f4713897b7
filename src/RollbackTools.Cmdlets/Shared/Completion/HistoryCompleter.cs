using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The deployments of the application that is already on the line, newest first, without the current one.</summary>
public sealed class HistoryCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        if (request.Text("Name") is not { Length: > 0 } name) return [];

        var (lease, ns) = request.Connect(onlyArgoCd: true);
        using (lease)
        {
            var entries = await new ApplicationHistory(lease.Estate, request.Services.Time).ReadAsync(ApplicationName.Parse(name, ns), cancellation);
            return [.. entries.Where(entry => entry is { Current: false, Id: not null }).Select(entry =>
                new Suggestion($"{entry.Id}", $"{entry.Health}: {ApplicationVersion.Short(entry.Revision)} {entry.Subject}"))];
        }
    }
}
