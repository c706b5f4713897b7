using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using YamlDotNet.Core;

namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// Reads a kustomization and all it names. Files must lie in or below the directory of the kustomization that names them, as
/// kustomize's load restrictor has it; directories may lie anywhere in the tree. Nothing is fetched from elsewhere.
/// </summary>
internal sealed partial class KustomizationLoader(IFileTree tree)
{
    private static readonly string[] Names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    public Task<KustomizationNode> LoadAsync(string directory, CancellationToken cancellation) => LoadAsync(directory, [], cancellation);

    /// <summary>The name of the kustomization file in a directory; null when there is none. Throws when there are several.</summary>
    public async Task<string?> FindAsync(string directory, CancellationToken cancellation)
    {
        var found = (await tree.ListAsync(directory, cancellation) ?? []).Where(entry => !entry.IsDirectory && Names.Contains(entry.Name)).ToList();
        return found.Count < 2 ? found.FirstOrDefault().Name : throw new KustomizeException($"Found multiple kustomization files under: {directory}");
    }

    private async Task<KustomizationNode> LoadAsync(string directory, IReadOnlyList<string> from, CancellationToken cancellation)
    {
        if (from.Contains(directory))
            throw new KustomizeException($"cycle detected: candidate root '{directory}' contains visited root '{directory}'");
        var name = await FindAsync(directory, cancellation)
            ?? throw new KustomizeException(
                $"unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{directory}'");
        var says = KustomizationReader.Read((await tree.ReadAsync(Under(directory, name), cancellation))!);

        List<string> path = [.. from, directory];
        List<KustomizationOperand> resources = [];
        foreach (var entry in says.Resources) resources.Add(await ResourceAsync(directory, entry, path, cancellation));
        List<KustomizationNode> components = [];
        foreach (var entry in says.Components) components.Add(await ComponentAsync(directory, entry, path, cancellation));
        return new KustomizationNode(says, directory, resources, components, await FilesAsync(directory, says, cancellation));
    }

    private async Task<KustomizationOperand> ResourceAsync(string directory, string entry, List<string> path, CancellationToken cancellation)
    {
        if (Remote().IsMatch(entry))
            throw new KustomizeException($"accumulating resources: '{entry}' is remote, and the practice estate has no network");

        var at = TreePath.Join(directory, entry);
        if (at is not null && await tree.ReadAsync(at, cancellation) is { } file)
            return new KustomizationOperand(Objects(Allowed(directory, entry, at, file), entry), null);
        if (at is null || await tree.ListAsync(at, cancellation) is null)
        {
            var missing = at ?? entry;
            throw new KustomizeException(
                $"accumulating resources: accumulation err='accumulating resources from '{entry}': {Absent(missing)}': " +
                $"must build at directory: not a valid directory: {Absent(missing)}");
        }

        var node = await LoadAsync(at, path, cancellation);
        return node.Says.IsComponent
            ? throw new KustomizeException($"accumulating resources: expected kind != 'Component' for path '{at}'")
            : new KustomizationOperand([], node);
    }

    private async Task<KustomizationNode> ComponentAsync(string directory, string entry, List<string> path, CancellationToken cancellation)
    {
        if (TreePath.Join(directory, entry) is not { } at || await tree.ListAsync(at, cancellation) is null)
            throw new KustomizeException($"accumulating components: loader.New \"'{entry}' is no directory\"");
        var node = await LoadAsync(at, path, cancellation);
        return node.Says.IsComponent
            ? node
            : throw new KustomizeException($"accumulating components: expected kind 'Component' for path '{at}' but got 'Kustomization'");
    }

    /// <summary>What patches and generators read. One that is not there is an error only when it is used.</summary>
    private async Task<Dictionary<string, byte[]>> FilesAsync(string directory, Kustomization says, CancellationToken cancellation)
    {
        Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
        foreach (var path in Named(says).Where(path => path.Length > 0).Distinct())
        {
            if (TreePath.Join(directory, path) is { } at && await tree.ReadAsync(at, cancellation) is { } file)
                files[path] = Allowed(directory, path, at, file);
        }

        return files;
    }

    private static IEnumerable<string> Named(Kustomization says) =>
    [
        .. says.Configurations,
        .. says.StrategicPatches.Where(patch => !patch.Contains('\n')),
        .. says.Patches.Select(patch => patch.Path),
        .. says.JsonPatches.Select(patch => patch.Path),
        .. says.ConfigMaps.Concat(says.Secrets).SelectMany(generator => generator.Files.Select(file => file.Split('=')[^1]).Concat(generator.Envs)),
    ];

    private static byte[] Allowed(string directory, string entry, string at, byte[] file) => TreePath.IsWithin(at, directory)
        ? file
        : throw new KustomizeException($"accumulating resources from '{entry}': security; file '{at}' is not in or below '{directory}'");

    private static List<JsonObject> Objects(byte[] file, string entry)
    {
        try
        {
            var objects = Manifests.Parse(Encoding.UTF8.GetString(file)).SelectMany(Items).ToList();
            foreach (var item in objects)
            {
                // The real one shows the whole object, which may be a Secret.
                if (item.Text("kind") is null) throw new KustomizeException($"accumulating resources from '{entry}': missing kind in an object");
                if (item.Text("metadata", "name") is null)
                    throw new KustomizeException($"accumulating resources from '{entry}': missing metadata.name in a {item.Text("kind")}");
            }

            return objects;
        }
        catch (YamlException bad)
        {
            var where = $"MalformedYAMLError: yaml: line {bad.Start.Line}: {bad.Message} in File: {entry}";
            throw new KustomizeException($"accumulating resources: accumulation err='accumulating resources from '{entry}': {where}'", bad);
        }
    }

    /// <summary>A List is its items.</summary>
    private static IEnumerable<JsonObject> Items(JsonObject item) =>
        item.Text("kind")?.EndsWith("List", StringComparison.Ordinal) == true && item["items"] is JsonArray list
            ? list.OfType<JsonObject>().Select(one => one.DeepClone().AsObject())
            : [item];

    private static string Absent(string path) => $"evalsymlink failure on '{path}' : lstat {path}: no such file or directory";

    private static string Under(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    [GeneratedRegex("://|^git@|^github.com/")]
    private static partial Regex Remote();
}
