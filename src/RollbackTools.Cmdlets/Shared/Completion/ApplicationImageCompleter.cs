using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>The images that the application on the line runs, by repository, with the tag that runs.</summary>
public sealed class ApplicationImageCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation)
    {
        if (request.Text("Name") is not { Length: > 0 } name) return [];
        var (lease, ns) = request.Connect(onlyArgoCd: true);
        using (lease)
        {
            var application = await lease.Estate.ArgoCd.GetAsync(ApplicationName.Parse(name, ns), ArgoRefresh.None, cancellation);
            return [.. application.Images.Select(image => (Image: image, ImageReference.Parse(image).Repository)).DistinctBy(one => one.Repository)
                .OrderBy(one => one.Repository, StringComparer.Ordinal).Select(one => new Suggestion(one.Repository, $"runs {one.Image}"))];
        }
    }
}
