using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Applications;

/// <summary>What a repository says an application is: rendered manifests, or why there are none.</summary>
internal sealed record Desired(SourcePins Pins, IReadOnlyList<JsonObject> Manifests, string? Error)
{
    /// <summary>
    /// Resolves and renders. What was rendered from the same commits of the same sources before (<paramref name="known"/>) is taken
    /// as it is; the repository is asked for the commits all the same.
    /// </summary>
    public static async Task<Desired> RenderAsync(
        ISourceRenderer renderer, ObjectKey application, SourcePins wanted, Desired? known, CancellationToken cancellation)
    {
        try
        {
            List<string> commits = [];
            foreach (var (source, revision) in wanted.Sources.Zip(wanted.Revisions))
                commits.Add(await renderer.ResolveAsync(source.Text("repoURL") ?? "", revision, cancellation));
            var pins = wanted with { Revisions = commits };
            if (known is { Error: null } && known.Pins.Same(pins)) return known;

            List<JsonObject> manifests = [];
            foreach (var (source, commit) in pins.Sources.Zip(commits))
                manifests.AddRange(await renderer.RenderAsync(
                    new SourceRequest(application.Name, application.Namespace ?? "", source.DeepClone().AsObject(), commit), cancellation));
            return new Desired(pins, manifests, null);
        }
        catch (Exception bad) when (!cancellation.IsCancellationRequested)
        {
            // Whatever it is, it is the repo server's, and the application's status is where it shows.
            return new Desired(wanted, [], bad.Message);
        }
    }
}
