using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Api.Patching;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kustomize;
using YamlDotNet.Core;

namespace RollbackTools.Practice.RepoServer;

/// <summary>
/// <c>.argocd-source.yaml</c> and <c>.argocd-source-APPLICATION.yaml</c> beside the manifests: merge patches over the source at render
/// time. Where the source points to is not theirs to change.
/// </summary>
internal static class SourceOverrides
{
    private static readonly string[] Fixed = ["chart", "path", "repoURL", "targetRevision"];

    /// <param name="application">The application's instance name: <c>name</c>, or <c>namespace_name</c> outside Argo CD's own.</param>
    public static async Task<JsonObject> ApplyAsync(
        JsonObject source, IFileTree tree, string directory, string application, CancellationToken cancellation)
    {
        var merged = source.DeepClone().AsObject();
        foreach (var name in (string[])[".argocd-source.yaml", $".argocd-source-{application}.yaml"])
        {
            if (TreePath.Join(directory, name) is not { } path || await tree.ReadAsync(path, cancellation) is not { } file) continue;
            if (Parse(file, name) is { } patch) MergePatch.Apply(merged, patch);
        }

        foreach (var field in Fixed)
        {
            merged.Remove(field);
            if (source[field] is { } original) merged[field] = original.DeepClone();
        }

        return merged;
    }

    private static JsonObject? Parse(byte[] file, string name)
    {
        try
        {
            return YamlJson.Parse(Encoding.UTF8.GetString(file)) switch
            {
                null => null,
                JsonObject patch => patch,
                _ => throw new SourceException($"error merging source parameters: {name}: Invalid JSON Patch"),
            };
        }
        catch (YamlException bad)
        {
            throw new SourceException($"error merging source parameters: {name}: yaml: line {bad.Start.Line}: {bad.Message}", bad);
        }
    }
}
