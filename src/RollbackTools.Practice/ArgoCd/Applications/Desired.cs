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
        var (number, sources) = (0, wanted.Sources);
        List<string> commits = [];
        List<JsonObject> manifests = [];
        try
        {
            for (number = 1; number <= sources.Count; number++)
                commits.Add(await renderer.ResolveAsync(sources[number - 1].Text("repoURL") ?? "", wanted.Revisions[number - 1], cancellation));
            var pins = wanted with { Revisions = commits };
            if (known is { Error: null } && known.Pins.Same(pins)) return known;
            for (number = 1; number <= sources.Count; number++)
                manifests.AddRange(await renderer.RenderAsync(new SourceRequest(
                    application.Name, application.Namespace ?? "", sources[number - 1].DeepClone().AsObject(), commits[number - 1]), cancellation));
            return new Desired(pins, manifests, null);
        }
        catch (Exception bad) when (!cancellation.IsCancellationRequested)
        {
            // Whatever it is, it is the repo server's, and the application's status is where it shows.
            return new Desired(wanted, [], $"Failed to load target state: failed to generate manifest for source {number} of {sources.Count}: {bad.Message}");
        }
    }
}
