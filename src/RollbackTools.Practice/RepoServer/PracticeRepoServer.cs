using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kustomize;

namespace RollbackTools.Practice.RepoServer;

/// <summary>
/// Argo CD's repo server over the practice Git host. What it has rendered of a commit it renders again without Git; what it has not,
/// it cannot while the repository is out of reach.
/// </summary>
/// <param name="host">Where the repositories are; asked for when it is needed, since it may start later.</param>
/// <param name="controllerNamespace">Argo CD's own namespace: applications elsewhere have other names for their overrides.</param>
public sealed class PracticeRepoServer(Func<GitHost> host, string controllerNamespace = "argocd") : ISourceRenderer
{
    // Far more than an estate has; only so that a long soak does not keep everything.
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<string, IReadOnlyList<JsonObject>> manifests = new();
    private readonly ConcurrentDictionary<string, SourceCommit> commits = new();

    /// <summary>Over a host that runs.</summary>
    public PracticeRepoServer(GitHost host, string controllerNamespace = "argocd") : this(() => host, controllerNamespace)
    {
    }

    /// <summary>Forgets everything rendered, as a restart of Redis does.</summary>
    public void DropCache()
    {
        manifests.Clear();
        commits.Clear();
    }

    public async Task<string> ResolveAsync(string repository, string targetRevision, CancellationToken cancellation)
    {
        // Argo CD takes a full SHA for what it says, without a look at the repository.
        if (targetRevision.Length == 40 && targetRevision.All(char.IsAsciiHexDigitLower)) return targetRevision;
        var found = Find(repository);
        return await ReachAsync(repository, () => found.ResolveAsync(targetRevision, cancellation))
            ?? throw Unknown($"unable to resolve '{targetRevision}' to a commit SHA");
    }

    public async Task<IReadOnlyList<JsonObject>> RenderAsync(SourceRequest request, CancellationToken cancellation)
    {
        var application = request.Namespace == controllerNamespace ? request.Application : $"{request.Namespace}_{request.Application}";
        var key = $"{application}\n{request.Commit}\n{request.Source.ToJsonString()}";
        if (!manifests.TryGetValue(key, out var rendered))
        {
            rendered = await GenerateAsync(request.Source, application, request.Commit, cancellation);
            if (manifests.Count >= Capacity) manifests.Clear();
            manifests[key] = rendered;
        }

        return [.. rendered.Select(item => item.DeepClone().AsObject())];
    }

    public async Task<SourceCommit> DescribeAsync(string repository, string commit, CancellationToken cancellation)
    {
        var key = $"{repository}\n{commit}";
        if (commits.TryGetValue(key, out var known)) return known;
        var found = Find(repository);
        var described = await ReachAsync(repository, () => found.DescribeAsync(commit, cancellation))
            ?? throw Unknown($"failed to get commit metadata: fatal: bad object {commit}");
        if (commits.Count >= Capacity) commits.Clear();
        return commits[key] = new SourceCommit(described.Author, described.Date, described.Message);
    }

    private async Task<IReadOnlyList<JsonObject>> GenerateAsync(JsonObject source, string application, string commit, CancellationToken cancellation)
    {
        var url = source.Text("repoURL") ?? "";
        var repository = Find(url);
        var path = source.Text("path") ?? ".";
        return await ReachAsync(url, async () =>
        {
            if (await repository.ResolveAsync(commit, cancellation) is null)
            {
                throw Unknown(
                    $"failed to checkout revision {commit}: `git checkout --force {commit}` failed exit status 128: fatal: unable to read tree");
            }

            CommitTree tree = new(repository, commit);
            if (TreePath.Join("", path) is not { } directory || await tree.ListAsync(directory, cancellation) is not { } entries)
                throw Unknown($"{path}: app path does not exist");
            try
            {
                var merged = await SourceOverrides.ApplyAsync(source, tree, directory, application, cancellation);
                return await GenerateAsync(merged, tree, directory, entries, cancellation);
            }
            catch (KustomizeException bad)
            {
                var command = $"`kustomize build <path to cached source>/{directory}`";
                throw Unknown($"failed to execute kustomize build command: {command} failed exit status 1: Error: {bad.Message}", bad);
            }
            catch (SourceException bad) when (!bad.Message.StartsWith("rpc error", StringComparison.Ordinal))
            {
                throw Unknown(bad.Message, bad);
            }
        });
    }

    private static async Task<IReadOnlyList<JsonObject>> GenerateAsync(
        JsonObject source, CommitTree tree, string directory, IReadOnlyList<(string Name, bool IsDirectory)> entries, CancellationToken cancellation)
    {
        KustomizeRenderer kustomize = new(tree);
        if (source.Object("kustomize") is not null || await kustomize.IsKustomizationAsync(directory, cancellation))
            return await kustomize.BuildAsync(directory, cancellation, KustomizeSource.Read(source));
        if (source.Object("helm") is not null || entries.Any(entry => entry.Name == "Chart.yaml"))
            throw new SourceException("Helm charts are not rendered by the practice estate");
        return await DirectorySource.ReadAsync(source, tree, directory, cancellation);
    }

    private GitRepository Find(string url) => host().FindByUrl(url)
        ?? throw Unknown($"repository not accessible: failed to list refs: repository not found: {url}");

    private static async Task<T> ReachAsync<T>(string url, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (GitException unreachable)
        {
            throw Unknown($"repository not accessible: failed to list refs: {url}: {unreachable.Message}", unreachable);
        }
    }

    private static SourceException Unknown(string why, Exception? inner = null) => new($"rpc error: code = Unknown desc = {why}", inner);
}
