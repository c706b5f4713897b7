using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;

namespace RollbackTools.Tests.Practice.ArgoCd;

/// <summary>A repository without Git: commits by number, each a path's manifests; branches that point at them.</summary>
internal sealed class FakeRepository : ISourceRenderer
{
    public const string Url = "https://git.example.com/shop.git";

    private readonly object gate = new();
    private readonly ConcurrentDictionary<string, ImmutableDictionary<string, string>> trees = new();
    private readonly ConcurrentDictionary<string, string> branches = new();
    private int commits;

    /// <summary>Why it does not answer, if it does not.</summary>
    public string? Down { get; set; }

    /// <summary>How often something was rendered.</summary>
    public int Renders { get; private set; }

    /// <summary>What was asked for last.</summary>
    public SourceRequest? Last { get; private set; }

    /// <summary>Commits manifests, one path each, and moves the branch; returns the commit.</summary>
    public string Commit(string path, string yaml, string branch = "main")
    {
        lock (gate)
        {
            var commit = (++commits).ToString("x40");
            var before = branches.TryGetValue(branch, out var head) ? trees[head] : ImmutableDictionary<string, string>.Empty;
            trees[commit] = before.SetItem(path, yaml);
            branches[branch] = commit;
            return commit;
        }
    }

    public async Task<string> ResolveAsync(string repository, string targetRevision, CancellationToken cancellation)
    {
        await Task.Yield();
        if (Down is not null) throw new SourceException(Down);
        if (targetRevision.Length == 40) return targetRevision;
        return branches.TryGetValue(targetRevision == "HEAD" ? "main" : targetRevision, out var commit)
            ? commit
            : throw new SourceException($"unable to resolve '{targetRevision}' to a commit SHA");
    }

    public async Task<IReadOnlyList<JsonObject>> RenderAsync(SourceRequest request, CancellationToken cancellation)
    {
        await Task.Yield();
        if (Down is not null) throw new SourceException(Down);
        Renders++;
        Last = request;
        var path = (string?)request.Source["path"] ?? "";
        if (!trees.TryGetValue(request.Commit, out var tree) || !tree.TryGetValue(path, out var yaml)) throw new SourceException($"{path}: app path does not exist");
        if ((string?)request.Source["kustomize"]?["images"]?[0] is { } image) yaml = yaml.Replace("IMAGE", image);
        return [.. Manifests.Parse(yaml)];
    }

    public Task<SourceCommit> DescribeAsync(string repository, string commit, CancellationToken cancellation) => Down is null
        ? Task.FromResult(new SourceCommit("Ada <ada@example.com>", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), $"commit {commit[^2..]}"))
        : throw new SourceException(Down);
}
