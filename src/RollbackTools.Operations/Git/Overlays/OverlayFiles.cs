using System.Text;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>
/// The files of a repository that decide an image of an overlay: its kustomization, the bases and components it builds upon, and what Argo CD lays
/// over it. What is edited is the entry that sets the image now, wherever it stands: one that is added further up would hide it from then on. An
/// override that pins the image wins over all kustomizations, so both are edited: editing one alone would do nothing, or not last.
/// </summary>
internal sealed class OverlayFiles(IGitRepository repository, IKustomizeFiles files, string commit, string overlay)
{
    private static readonly string[] Names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    private readonly Dictionary<string, ReadOnlyMemory<byte>> contents = [];
    private readonly Dictionary<string, ReadOnlyMemory<byte>> written = [];
    private readonly List<string> consequences = [];
    private readonly List<string> shadowed = [];

    private IReadOnlyList<GitEntry>? entries;
    private OverlayLayers? layers;

    /// <summary>The files that <see cref="PinAllAsync"/> changes, as they become.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Written => written;

    /// <summary>What the pins mean beyond the overlay and beyond today, in words.</summary>
    public IReadOnlyList<string> Consequences => consequences;

    /// <summary>What sets an image as well and has no effect, in words.</summary>
    public IReadOnlyList<string> Shadowed => shadowed;

    /// <summary>The overlay's own kustomization.</summary>
    public async Task<KustomizeFile> ReadKustomizationAsync(CancellationToken cancellation) => (await OpenAsync(overlay, cancellation)).File;

    /// <summary>The overlay's directory, and those of the bases and components it builds upon.</summary>
    public async Task<IReadOnlyList<string>> DirectoriesAsync(CancellationToken cancellation) => (await LayersAsync(cancellation)).Directories;

    /// <summary>Pins several images, each on top of the ones before; the edits of each.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<FileEdit>>> PinAllAsync(IReadOnlyList<ImagePin> pins, string? application, CancellationToken cancellation)
    {
        List<IReadOnlyList<FileEdit>> all = [];
        Dictionary<(string, int?), ImageEntry> done = [];
        foreach (var pin in pins)
        {
            all.Add(await PinAsync(pin, application, cancellation));
            foreach (var edit in all[^1])
            {
                if (edit.Index is not null && done.TryGetValue((edit.Path, edit.Index), out var other) && other != edit.Edit.After) throw Torn(edit, other);
                done[(edit.Path, edit.Index)] = edit.Edit.After;
                if (edit.Edit.Changed) written[edit.Path] = edit.Edit.Content;
            }

            foreach (var path in all[^1].Where(edit => edit.Edit.Changed).Select(edit => edit.Path).Where(path => !IsOverride(path[(path.LastIndexOf('/') + 1)..], null)))
                layers!.Set(path, files.Read(path, written[path]).Images);
        }

        return all;
    }

    /// <summary>The edits that pin the image, those that change nothing included. The first is the one that counts.</summary>
    public async Task<IReadOnlyList<FileEdit>> PinAsync(ImagePin pin, string? application, CancellationToken cancellation)
    {
        var built = await LayersAsync(cancellation);
        List<FileEdit> overrides = [];
        foreach (var name in entries!.Select(entry => entry.Name).Where(name => IsOverride(name, application)))
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

        var decision = ImageSearch.Find(built.Chains(), pin, built.Own);
        List<FileEdit> own = [];
        foreach (var site in decision.Deciding) own.Add(await EditAsync(site.Path, pin, site.Index, cancellation));
        if (own.Count == 0 && overrides.Count == 0) own.Add(await AddAsync(built, pin with { Name = pin.Add ? decision.Name : pin.Name }, cancellation));
        Note(built, own, decision);
        return [.. overrides, .. own];
    }

    /// <summary>What the overlay makes of an image that runs; null when it says nothing of it.</summary>
    public async Task<string?> FindAsync(string image, string? application, CancellationToken cancellation)
    {
        try
        {
            var running = ImageReference.Parse(image);
            var edits = await PinAsync(new ImagePin { Name = running.Repository, Running = image, Tag = running.Tag, Digest = running.Digest }, application, cancellation);
            return edits[0].Edit.Before is { } set && (set.NewTag ?? set.Digest) is not null ? set.ToString() : null;
        }
        catch (Exception unset) when (unset is FormatException or RollbackException { ErrorId: "ImageNotInKustomization" })
        {
            return null;
        }
    }

    private void Note(OverlayLayers built, IReadOnlyList<FileEdit> own, ImageDecision decision)
    {
        foreach (var edit in own)
        {
            if (edit.Index is null)
            {
                var beyond = built.Unread.Count == 0 ? "" : $", and what could not be looked at ({string.Join(", ", built.Unread.Take(3))}),";
                consequences.Add($"No kustomization of {overlay} sets the version of {edit.Edit.After.Name}, so {edit.Path} gets an entry for it. "
                    + $"From then on what the manifests say{beyond} has no effect, until that entry is removed.");
            }
            else if (edit.Path != built.Own && edit.Edit.Changed)
            {
                consequences.Add($"{edit.Path} sets {edit.Edit.Before}, and is changed there: "
                    + $"it lies outside {overlay}, so it changes for whatever else is rendered from it.");
            }
        }

        shadowed.AddRange(decision.Shadowed.Where(site => own.Count > 0).Select(site => $"{site.Path} also sets {site.Entry}; what {own[0].Path} sets is applied after it."));
    }

    private async Task<OverlayLayers> LayersAsync(CancellationToken cancellation) => layers ??= await OverlayLayers.ReadAsync(overlay, async directory =>
        directory == overlay || (await repository.ListAsync(commit, directory, cancellation)).Any(entry => Names.Contains(entry.Name))
            ? await OpenAsync(directory, cancellation) : null);

    private async Task<(string Path, KustomizeFile File)> OpenAsync(string directory, CancellationToken cancellation)
    {
        var list = await repository.ListAsync(commit, directory, cancellation);
        if (directory == overlay) entries = list;
        var path = GitNames.Join(directory, Kustomization(directory, list));
        return (path, files.Read(path, await ReadAsync(path, cancellation)));
    }

    private string Kustomization(string directory, IReadOnlyList<GitEntry> list) => list.Where(entry => Names.Contains(entry.Name)).ToList() switch
    {
        [var one] => one.Name,
        [] => throw new RollbackException("KustomizationNotFound", $"There is no kustomization in '{directory}' of {repository.Url} at {GitCommit.Short(commit)}.")
        {
            Target = directory,
            NextStep = list.Count == 0 ? "There is no such directory; write the overlay's path from the repository's root." : "Name the directory that has the kustomization.yaml.",
        },
        var several => throw new RollbackException("KustomizationAmbiguous", $"'{directory}' has {string.Join(" and ", several.Select(entry => entry.Name))}, and kustomize accepts only one.")
        {
            Target = directory,
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
            var content = await ReadAsync(path, cancellation);
            return new FileEdit(path, null, content, files.SetImage(path, content, pin));
        }
        catch (RollbackException notThere) when (notThere.ErrorId == "ImageNotInKustomization")
        {
            return null;
        }
    }

    private async Task<FileEdit> EditAsync(string path, ImagePin pin, int index, CancellationToken cancellation)
    {
        var content = await ReadAsync(path, cancellation);
        return new FileEdit(path, index, content, files.SetImage(path, content, pin, index));
    }

    private async Task<FileEdit> AddAsync(OverlayLayers built, ImagePin pin, CancellationToken cancellation)
    {
        var content = await ReadAsync(built.Own, cancellation);
        return new FileEdit(built.Own, null, content, pin.Add ? files.SetImage(built.Own, content, pin, null) : files.SetImage(built.Own, content, pin));
    }

    private static RollbackException Torn(FileEdit edit, ImageEntry other) =>
        new("AmbiguousImage", $"{edit.Edit.After.Name} in {edit.Path} is to become {other} and {edit.Edit.After}, and an overlay sets an image once for all workloads.")
        {
            Target = edit.Edit.After.Name,
            NextStep = "Name the version: -ToTag.",
        };

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string path, CancellationToken cancellation)
    {
        if (written.TryGetValue(path, out var edited)) return edited;
        return contents.TryGetValue(path, out var known) ? known : contents[path] = await FetchAsync(path, cancellation);
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(string path, CancellationToken cancellation) =>
        await repository.ReadFileAsync(commit, path, cancellation) switch
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

/// <summary>One file before and after. <see cref="Index"/> is the entry's place; null for one that is added, and for an override's.</summary>
internal sealed record FileEdit(string Path, int? Index, ReadOnlyMemory<byte> Before, KustomizeEdit Edit)
{
    public string Diff => TextDiff.Unified(Path, Encoding.UTF8.GetString(Before.Span), Encoding.UTF8.GetString(Edit.Content.Span));
}
