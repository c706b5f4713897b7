using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The commits (or chart versions) that the application on the line deployed before, newest first.</summary>
public sealed class DeployedRevisionCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        if (request.Text("Name") is not { Length: > 0 } name) return [];

        var (lease, ns) = request.Connect(onlyArgoCd: true);
        using (lease)
        {
            var entries = await new ApplicationHistory(lease.Estate, request.Services.Time).ReadAsync(ApplicationName.Parse(name, ns), cancellation);
            return [.. entries.Where(entry => entry is { Current: false, Revision.Length: > 0 }).DistinctBy(entry => entry.Revision)
                .Select(entry => new Suggestion(ApplicationVersion.Short(entry.Revision), $"{entry.Health}: {entry.Subject}"))];
        }
    }
}
