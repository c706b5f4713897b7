using System.Text;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.GitOps;

/// <summary>
/// The files of an overlay that decide an image: its kustomization, and what Argo CD lays over it. An override that pins the
/// image wins over the kustomization, so both are edited: editing one alone would do nothing, or not last.
/// </summary>
internal sealed class OverlayFiles(IGitRepository repository, IKustomizeFiles files, string commit, string overlay)
{
    private static readonly string[] Names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    private readonly Dictionary<string, ReadOnlyMemory<byte>> written = [];

    private (string Path, ReadOnlyMemory<byte> Content)? kustomization;

    /// <summary>The files that <see cref="PinAllAsync"/> changes, as they become.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Written => written;

    /// <summary>The overlay's own kustomization.</summary>
    public async Task<KustomizeFile> ReadKustomizationAsync(CancellationToken cancellation)
    {
        var path = GitNames.Join(overlay, Kustomization(await repository.ListAsync(commit, overlay, cancellation)));
        return files.Read(path, await ReadAsync(path, cancellation));
    }

    /// <summary>Pins several images, each on top of the ones before; the edits of each.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<FileEdit>>> PinAllAsync(IReadOnlyList<ImagePin> pins, string? application, CancellationToken cancellation)
    {
        List<IReadOnlyList<FileEdit>> all = [];
        foreach (var pin in pins)
        {
            all.Add(await PinAsync(pin, application, cancellation));
            foreach (var edit in all[^1].Where(edit => edit.Edit.Changed)) written[edit.Path] = edit.Edit.Content;
        }

        return all;
    }

    /// <summary>The edits that pin the image, those that change nothing included. The first is the one that counts.</summary>
    public async Task<IReadOnlyList<FileEdit>> PinAsync(ImagePin pin, string? application, CancellationToken cancellation)
    {
        var entries = await repository.ListAsync(commit, overlay, cancellation);
        var path = GitNames.Join(overlay, Kustomization(entries));
        kustomization = (path, await ReadAsync(path, cancellation));
        List<FileEdit> overrides = [];
        foreach (var name in entries.Select(entry => entry.Name).Where(name => IsOverride(name, application)))
        {
            if (await TryEditAsync(GitNames.Join(overlay, name), pin with { Add = false }, cancellation) is { } edit) overrides.Add(edit);
        }

        if (overrides.Count > 1 && application is null)
        {
            throw new RollbackException("AmbiguousApplication", $"{overrides.Count} Argo CD overrides in {overlay} pin {pin.Name}: {string.Join(", ", overrides.Select(edit => edit.Path))}.")
            {
                Target = overlay,
                NextStep = "Say whose with -Application.",
            };
        }

        var own = overrides.Count == 0
            ? await EditAsync(path, pin, cancellation)
            : await TryEditAsync(path, pin, cancellation);
        return own is null ? overrides : [.. overrides, own];
    }

    /// <summary>What the overlay makes of an image that runs; null when it says nothing of it.</summary>
    public async Task<string?> FindAsync(string image, string? application, CancellationToken cancellation)
    {
        try
        {
            var running = ImageReference.Parse(image);
            var edits = await PinAsync(new ImagePin { Name = running.Repository, Tag = running.Tag, Digest = running.Digest }, application, cancellation);
            return edits[0].Edit.Before is { } set && (set.NewTag ?? set.Digest) is not null ? set.ToString() : null;
        }
        catch (Exception unset) when (unset is FormatException or RollbackException { ErrorId: "ImageNotInKustomization" })
        {
            return null;
        }
    }

    /// <summary>What the overlay builds upon and sets the image as well, in words.</summary>
    public async Task<IReadOnlyList<string>> PinnedElsewhereAsync(ImagePin pin, CancellationToken cancellation)
    {
        var (path, content) = kustomization ?? throw new InvalidOperationException("The overlay is read first.");
        var file = files.Read(path, content);
        List<string> found = [];
        foreach (var directory in file.Components.Concat(file.Resources).Where(reference => !KustomizeReference.IsFile(reference))
            .Select(reference => KustomizeReference.Resolve(overlay, reference)).OfType<string>().Distinct().Take(20))
        {
            if ((await repository.ListAsync(commit, directory, cancellation)).FirstOrDefault(entry => Names.Contains(entry.Name)) is not { } entry) continue;
            var other = GitNames.Join(directory, entry.Name);
            try
            {
                var edit = files.SetImage(other, await ReadAsync(other, cancellation), pin with { Add = false });
                if (edit.Before is { } image && (image.NewTag ?? image.Digest) is not null) found.Add($"{other} also sets {image}; what {path} sets is applied after it.");
            }
            catch (RollbackException)
            {
                // It sets no such image, or cannot be read: it is not what was asked about.
            }
        }

        return found;
    }

    private string Kustomization(IReadOnlyList<GitEntry> entries) => entries.Where(entry => Names.Contains(entry.Name)).ToList() switch
    {
        [var one] => one.Name,
        [] => throw new RollbackException("KustomizationNotFound", $"There is no kustomization in '{overlay}' of {repository.Url} at {GitCommit.Short(commit)}.")
        {
            Target = overlay,
            NextStep = entries.Count == 0 ? "There is no such directory; write the overlay's path from the repository's root." : "Name the directory that has the kustomization.yaml.",
        },
        var several => throw new RollbackException("KustomizationAmbiguous", $"'{overlay}' has {string.Join(" and ", several.Select(entry => entry.Name))}, and kustomize accepts only one.")
        {
            Target = overlay,
            NextStep = "Remove those that are too many.",
        },
    };

    // .argocd-source.yaml is for every application, .argocd-source-<app>.yaml or .argocd-source-<namespace>_<app>.yaml for one.
    private static bool IsOverride(string name, string? application) =>
        name.StartsWith(".argocd-source", StringComparison.Ordinal) && name.EndsWith(".yaml", StringComparison.Ordinal)
        && (application is null || name == ".argocd-source.yaml" || name == $".argocd-source-{application}.yaml"
            || name.EndsWith($"_{application}.yaml", StringComparison.Ordinal));

    /// <summary>The application that an override is for alone, by its file's name; null for one that is for all.</summary>
    public static string? OwnerOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.StartsWith(".argocd-source-", StringComparison.Ordinal) && name.EndsWith(".yaml", StringComparison.Ordinal) ? name[".argocd-source-".Length..^".yaml".Length] : null;
    }

    private async Task<FileEdit?> TryEditAsync(string path, ImagePin pin, CancellationToken cancellation)
    {
        try
        {
            return await EditAsync(path, pin, cancellation);
        }
        catch (RollbackException notThere) when (notThere.ErrorId == "ImageNotInKustomization")
        {
            return null;
        }
    }

    private async Task<FileEdit> EditAsync(string path, ImagePin pin, CancellationToken cancellation)
    {
        var content = kustomization is { } read && read.Path == path ? read.Content : await ReadAsync(path, cancellation);
        return new FileEdit(path, content, files.SetImage(path, content, pin));
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string path, CancellationToken cancellation) =>
        written.TryGetValue(path, out var edited) ? edited : await repository.ReadFileAsync(commit, path, cancellation) switch
        {
            { Kind: GitEntryKind.File } file => file.Content,
            { Kind: GitEntryKind.SymbolicLink } => throw new RollbackException("KustomizationNotEditable", $"{path} was left alone: it is a symbolic link.")
            {
                Target = path,
                NextStep = "Name the overlay that it points to.",
            },
            _ => throw new RollbackException("KustomizationUnreadable", $"{path} is not a file.") { Target = path },
        };
}

/// <summary>One file before and after.</summary>
internal sealed record FileEdit(string Path, ReadOnlyMemory<byte> Before, KustomizeEdit Edit)
{
    public string Diff => TextDiff.Unified(Path, Encoding.UTF8.GetString(Before.Span), Encoding.UTF8.GetString(Edit.Content.Span));
}
