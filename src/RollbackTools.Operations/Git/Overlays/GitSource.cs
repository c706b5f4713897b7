using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>Where an application's overlay is: what its source says, unless somebody says otherwise.</summary>
internal sealed record GitSource(string Repository, string? Branch, string Overlay)
{
    /// <summary>Throws <see cref="RollbackException"/> SourceNotKustomize when a change of an overlay would not change what it deploys.</summary>
    public static GitSource Of(ArgoApplication application, GitOverrides given)
    {
        if (application.Sources is not [var source])
            throw Refuse(application, $"has {application.Sources.Count} sources, and nothing says which of them holds the image");
        if (source.Text("chart") is { } chart) throw Refuse(application, $"deploys the Helm chart {chart}, which has no overlay");
        if (source.Text("repoURL") is not { } url) throw Refuse(application, "names no repository");
        var overlay = given.Overlay is { } named && (given.Application is null || given.Application == application.Metadata.Name) ? named : null;
        var target = source.Text("targetRevision");
        return new GitSource(
            RepositoryName.WithoutSecret(given.Repository ?? url),
            given.Branch ?? (target is null or "HEAD" ? null : target),
            overlay ?? source.Text("path") ?? "");
    }

    private static RollbackException Refuse(ArgoApplication application, string why) =>
        new("SourceNotKustomize", $"{application} in {application.Metadata.Namespace} {why}.") { Target = $"{application} in {application.Metadata.Namespace}" };
}
