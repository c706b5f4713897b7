using System.Text.Json.Nodes;

namespace RollbackTools.Practice.ArgoCd;

/// <summary>What Argo CD's repo server does: turns an Application's source into manifests.</summary>
public interface ISourceRenderer
{
    /// <summary>The commit that a branch, tag or commit of a repository stands for now. Throws <see cref="SourceException"/>.</summary>
    Task<string> ResolveAsync(string repository, string targetRevision, CancellationToken cancellation);

    /// <summary>
    /// Renders <c>spec.source</c> (repoURL, path, kustomize, …) at one commit, with the <c>.argocd-source*.yaml</c> overrides beside
    /// it merged in. Namespaces are as the source says; the caller fills in the destination's. Throws <see cref="SourceException"/>.
    /// </summary>
    Task<IReadOnlyList<JsonObject>> RenderAsync(SourceRequest request, CancellationToken cancellation);

    /// <summary>Author, date and message of a commit. Throws <see cref="SourceException"/>.</summary>
    Task<SourceCommit> DescribeAsync(string repository, string commit, CancellationToken cancellation);
}

/// <param name="Application">The application's name, which names its <c>.argocd-source-NAME.yaml</c>.</param>
/// <param name="Namespace">The application's own namespace.</param>
/// <param name="Source">The source object as the Application or its history holds it.</param>
/// <param name="Commit">Which commit to render.</param>
public sealed record SourceRequest(string Application, string Namespace, JsonObject Source, string Commit);

/// <param name="Author"><c>Name &lt;address&gt;</c>.</param>
/// <param name="Date">When it was authored.</param>
/// <param name="Message">The whole message.</param>
public sealed record SourceCommit(string Author, DateTimeOffset Date, string Message);

/// <summary>The repository or what is in it is no good; the message is what Argo CD shows in <c>ComparisonError</c>.</summary>
public sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
