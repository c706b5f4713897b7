using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The tags that the application on the line runs now.</summary>
public sealed class ApplicationTagCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        if (request.Text("Name") is not { Length: > 0 } name) return [];
        var (lease, ns) = request.Connect(onlyArgoCd: true);
        using (lease)
        {
            var application = await lease.Estate.ArgoCd.GetAsync(ApplicationName.Parse(name, ns), ArgoRefresh.None, cancellation);
            return [.. application.Images.Select(image => (Image: image, ImageReference.ParseOrNull(image)?.Tag))
                .Where(one => one.Tag is not null).DistinctBy(one => one.Tag).Select(one => new Suggestion(one.Tag!, $"runs as {one.Image}"))];
        }
    }
}
