using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>A directory's kustomization and the directories it builds upon.</summary>
internal sealed record OverlayLayer(string Directory, string Path)
{
    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Components { get; init; } = [];
}

/// <summary>
/// The kustomizations that an overlay is rendered from. Kustomize collects the resources of a directory first; its components are applied to all of
/// that, one after the other; its own images come last. (kustomize api/internal/target, accumulateTarget.)
/// </summary>
internal sealed class OverlayLayers(OverlayLayer overlay)
{
    private const int Most = 200;

    private readonly Dictionary<string, OverlayLayer> layers = new() { [overlay.Directory] = overlay };
    private readonly Dictionary<string, IReadOnlyList<ImageEntry>> images = [];
    private readonly List<string> unread = [];

    /// <summary>The overlay's own kustomization.</summary>
    public string Own => overlay.Path;

    public IReadOnlyList<string> Directories => [.. layers.Keys];

    /// <summary>What could not be read: another repository, or a kustomization that is none. Images may be set there.</summary>
    public IReadOnlyList<string> Unread => unread;

    /// <param name="open">A directory's layer and images; null when it has no kustomization. May throw <see cref="RollbackException"/>.</param>
    public static async Task<OverlayLayers> ReadAsync(string overlay, Func<string, Task<(string Path, KustomizeFile File)?>> open)
    {
        var (path, file) = (await open(overlay))!.Value;
        OverlayLayers found = new(new OverlayLayer(overlay, path));
        Queue<(string Directory, string Path, KustomizeFile File)> queue = new([(overlay, path, file)]);
        while (queue.TryDequeue(out var next))
        {
            var (resources, components) = (found.Follow(next.Directory, next.File.Resources), found.Follow(next.Directory, next.File.Components));
            found.layers[next.Directory] = new OverlayLayer(next.Directory, next.Path) { Resources = resources, Components = components };
            found.images[next.Path] = next.File.Images;
            foreach (var directory in resources.Concat(components).Where(directory => !found.layers.ContainsKey(directory)).Distinct())
            {
                if (found.layers.Count == Most)
                {
                    found.unread.Add($"more than {Most} directories");
                    return found;
                }

                try
                {
                    if (await open(directory) is not var (at, read)) continue;
                    found.layers[directory] = new OverlayLayer(directory, at);
                    queue.Enqueue((directory, at, read));
                }
                catch (RollbackException unreadable)
                {
                    found.unread.Add($"{directory} ({unreadable.Message.TrimEnd('.')})");
                }
            }
        }

        return found;
    }

    /// <summary>A file's images, after it was edited.</summary>
    public void Set(string path, IReadOnlyList<ImageEntry> now) => images[path] = now;

    /// <summary>For each directory that manifests may stand in, the entries that are applied to their images, in order.</summary>
    public IReadOnlyList<IReadOnlyList<ImageSite>> Chains()
    {
        List<IReadOnlyList<ImageSite>> chains = [];
        Collect(overlay.Directory, [], [], chains);
        return chains;
    }

    private IReadOnlyList<string> Follow(string directory, IReadOnlyList<string> references)
    {
        List<string> followed = [];
        foreach (var reference in references.Where(reference => !KustomizeReference.IsFile(reference)))
        {
            if (KustomizeReference.Resolve(directory, reference) is { } path) followed.Add(path);
            else unread.Add(RepositoryName.Shown(reference));
        }

        return followed;
    }

    private void Collect(string directory, IReadOnlyList<ImageSite> after, IReadOnlyList<string> below, List<IReadOnlyList<ImageSite>> chains)
    {
        // A directory that builds upon itself is refused by Kustomize, and ends here.
        if (!layers.TryGetValue(directory, out var layer) || below.Contains(directory) || chains.Count >= Most) return;
        below = [.. below, directory];
        var parts = layer.Components.Select(component => Applied(component, below)).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            IReadOnlyList<ImageSite> rest = [.. parts.Skip(i).SelectMany(sites => sites), .. Sites(layer), .. after];
            foreach (var resource in layers.GetValueOrDefault(layer.Components[i])?.Resources ?? []) Collect(resource, rest, below, chains);
        }

        IReadOnlyList<ImageSite> own = [.. parts.SelectMany(sites => sites), .. Sites(layer), .. after];
        chains.Add(own);
        foreach (var resource in layer.Resources) Collect(resource, own, below, chains);
    }

    // A component's own components come before it.
    private IReadOnlyList<ImageSite> Applied(string component, IReadOnlyList<string> below) =>
        !layers.TryGetValue(component, out var layer) || below.Contains(component) ? []
        : [.. layer.Components.SelectMany(one => Applied(one, [.. below, component])), .. Sites(layer)];

    private IReadOnlyList<ImageSite> Sites(OverlayLayer layer) => ImageSite.Of(layer.Path, images.GetValueOrDefault(layer.Path) ?? []);
}
