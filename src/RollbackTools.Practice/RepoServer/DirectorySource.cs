using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kustomize;
using YamlDotNet.Core;

namespace RollbackTools.Practice.RepoServer;

/// <summary>A directory of plain manifests: every YAML and JSON file in it, by name; below it too with <c>directory.recurse</c>.</summary>
internal static class DirectorySource
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(JsonObject source, IFileTree tree, string directory, CancellationToken cancellation)
    {
        if (source.Object("directory") is { } settings && settings.Any(field => field.Key != "recurse"))
            throw new SourceException("of spec.source.directory only recurse is rendered by the practice estate");
        List<JsonObject> found = [];
        await AddAsync(source.Flag("directory", "recurse"), tree, directory, found, cancellation);
        return found;
    }

    private static async Task AddAsync(bool recurse, IFileTree tree, string directory, List<JsonObject> found, CancellationToken cancellation)
    {
        foreach (var (name, isDirectory) in (await tree.ListAsync(directory, cancellation) ?? []).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = directory.Length == 0 ? name : $"{directory}/{name}";
            if (isDirectory && recurse) await AddAsync(recurse, tree, path, found, cancellation);
            if (isDirectory || !Endings.Any(name.EndsWith) || name.StartsWith(".argocd-source", StringComparison.Ordinal)) continue;
            try
            {
                found.AddRange(Manifests.Parse(Encoding.UTF8.GetString((await tree.ReadAsync(path, cancellation))!)));
            }
            catch (YamlException bad)
            {
                var why = $"error converting YAML to JSON: yaml: line {bad.Start.Line}: {bad.Message}";
                throw new SourceException($"failed to unmarshal \"{name}\": {why}", bad);
            }
        }
    }
}
