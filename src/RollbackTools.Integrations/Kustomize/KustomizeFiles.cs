using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Integrations.Kustomize;

/// <summary>
/// Edits by splicing: YAML is read only to learn where a value stands, then that value's characters are replaced, and the
/// result is read again and must say what was asked for and nothing else.
/// </summary>
internal sealed class KustomizeFiles : IKustomizeFiles
{
    public KustomizeFile Read(string path, ReadOnlyMemory<byte> content)
    {
        var document = Open(path, SourceText.Decode(path, content).Text);
        return new KustomizeFile
        {
            Images = [.. document.Images.Select(image => image.Entry)],
            Resources = [.. document.Texts("resources"), .. document.Texts("bases")],
            Components = [.. document.Texts("components")],
        };
    }

    public KustomizeEdit SetImage(string path, ReadOnlyMemory<byte> content, ImagePin pin)
    {
        var document = Open(path, SourceText.Decode(path, content).Text);
        var found = ImageSearch.Find([ImageSite.Of(path, [.. document.Images.Select(image => image.Entry)])], pin, path).Deciding;
        if (found.Count == 0 && !pin.Add) throw NotThere(document, pin.Name, path);
        return SetImage(path, content, pin, found.Count == 0 ? null : found[0].Index);
    }

    public KustomizeEdit SetImage(string path, ReadOnlyMemory<byte> content, ImagePin pin, int? index)
    {
        var source = SourceText.Decode(path, content);
        var document = Open(path, source.Text);
        var before = index is { } at ? document.Images[at].Entry : null;
        var after = Pinned(before ?? new ImageEntry { Name = ImageRule.Repository(pin.Name) }, pin);
        if (before == after) return new KustomizeEdit(content, before, after);
        var place = index ?? document.Images.Count;
        var text = before is null ? document.Add(after) : document.Change(place, after);
        Verify(document, Open(path, text), place, added: before is null, after);
        return new KustomizeEdit(source.Encode(text), before, after);

        ImageDocument Reopen(string changed) => Open(path, changed);

        ImageDocument Open(string file, string body) => ImageDocument.Open(file, body, source.NewLine, Reopen);
    }

    private static ImageDocument Open(string path, string text) => ImageDocument.Open(path, text, "\n", _ => throw new InvalidOperationException("Only read."));

    private static ImageEntry Pinned(ImageEntry entry, ImagePin pin) => (pin.Tag, pin.Digest) switch
    {
        _ when pin.Exactly => entry with { NewName = pin.NewName, NewTag = pin.Tag, Digest = pin.Digest },
        (null, null) => entry with { NewName = pin.NewName ?? entry.NewName },
        _ => entry with { NewName = pin.NewName ?? entry.NewName, NewTag = pin.Tag, Digest = pin.Digest },
    };

    private static RollbackException NotThere(ImageDocument document, string name, string path) =>
        new("ImageNotInKustomization", $"{path} sets no image '{name}'.")
        {
            Target = name,
            NextStep = document.Images.Count == 0
                ? "It sets no images at all; add -Add to make an entry."
                : $"It sets {string.Join(", ", document.Images.Select(image => image.Entry.Name).Take(10))}; add -Add to make an entry.",
        };

    // The safety net: whatever the splicing did, only the intended entry may differ.
    private static void Verify(ImageDocument before, ImageDocument after, int index, bool added, ImageEntry wanted)
    {
        var others = before.Outline(index).SequenceEqual(after.Outline(index), StringComparer.Ordinal);
        if (others && after.Images.Count == before.Images.Count + (added ? 1 : 0) && after.Images[index].Entry == wanted && after.Images[index].IsText) return;
        throw ImageDocument.NotEditable(before.Path, "it could not be edited without changing something else");
    }
}
