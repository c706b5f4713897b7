using System.Security.Cryptography;
using System.Text;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>
/// Everything of a repository that an overlay is rendered from at a commit, by the ids of its content: its own directory, and the bases and
/// components it builds upon, wherever they lie.
/// </summary>
internal sealed record RenderedTree(IReadOnlyDictionary<string, string> Files)
{
    private const int MostDirectories = 500;

    /// <summary>The overlay's directory first, then the bases and components outside it.</summary>
    public IReadOnlyList<string> Directories { get; init; } = [];

    /// <summary>What lies in other repositories, or is said in a way that cannot be followed.</summary>
    public IReadOnlyList<string> Elsewhere { get; init; } = [];

    /// <summary>The images that its kustomizations set, the overlay's own first.</summary>
    public IReadOnlyList<ImageEntry> Images { get; init; } = [];

    /// <summary>The same text for the same content.</summary>
    public string Content { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Value} {file.Key}")))))[..16].ToLowerInvariant();

    /// <summary>Whether a path lies in a directory that is rendered from.</summary>
    public bool Covers(string path) => Directories.Any(directory => directory.Length == 0 || path.StartsWith(directory + "/", StringComparison.Ordinal));

    /// <summary>Without files when there is no such directory.</summary>
    public static async Task<RenderedTree> ReadAsync(IGitRepository repository, IKustomizeFiles kustomize, string commit, string overlay, CancellationToken cancellation)
    {
        Dictionary<string, string> files = [];
        List<string> directories = [], elsewhere = [];
        List<ImageEntry> images = [];
        HashSet<string> seen = [];
        Queue<string> open = new([overlay]);
        while (open.TryDequeue(out var directory))
        {
            if (!seen.Add(directory)) continue;
            if (seen.Count > MostDirectories) throw TooLarge(overlay, commit);
            if (!directories.Exists(one => one.Length == 0 || directory.StartsWith(one + "/", StringComparison.Ordinal)))
            {
                if (!await AddAsync(repository, commit, directory, files, cancellation)) throw TooLarge(overlay, commit);
                directories.Add(directory);
            }

            if (await KustomizationAsync(repository, kustomize, commit, directory, cancellation) is not { } file) continue;
            images.AddRange(file.Images);
            foreach (var reference in file.Components.Concat(file.Resources))
            {
                if (KustomizeReference.Resolve(directory, reference) is not { } path) elsewhere.Add(reference);
                else if (!KustomizeReference.IsFile(reference)) open.Enqueue(path);
            }
        }

        return new RenderedTree(files) { Directories = directories, Elsewhere = [.. elsewhere.Distinct()], Images = images };
    }

    // A tree that is read in part would have the rest of it deleted.
    private static RollbackException TooLarge(string overlay, string commit) =>
        new("OverlayTooLarge", $"{overlay} at {GitCommit.Short(commit)} is rendered from more than {MostDirectories} directories. Nothing was changed.")
        {
            Target = overlay,
            NextStep = "Take back one commit, whatever it touched, with Undo-GitCommit.",
        };

    /// <summary>False when there are too many directories.</summary>
    private static async Task<bool> AddAsync(IGitRepository repository, string commit, string directory, Dictionary<string, string> files, CancellationToken cancellation)
    {
        Queue<string> open = new([directory]);
        for (var seen = 0; open.TryDequeue(out var next); seen++)
        {
            if (seen == MostDirectories) return false;
            foreach (var entry in await repository.ListAsync(commit, next, cancellation))
            {
                var path = GitNames.Join(next, entry.Name);
                if (entry.Kind == GitEntryKind.Directory) open.Enqueue(path);
                else files[path] = entry.Id;
            }
        }

        return true;
    }

    // A directory without a readable kustomization is deployed as it is: its files are all there is.
    private static async Task<KustomizeFile?> KustomizationAsync(
        IGitRepository repository, IKustomizeFiles kustomize, string commit, string directory, CancellationToken cancellation)
    {
        try
        {
            return await new OverlayFiles(repository, kustomize, commit, directory).ReadKustomizationAsync(cancellation);
        }
        catch (RollbackException)
        {
            return null;
        }
    }
}
