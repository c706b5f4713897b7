using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate.Kustomize;

namespace RollbackTools.Integrations.Kustomize;

/// <summary>
/// <c>.argocd-source-&lt;app&gt;.yaml</c>, which Argo CD lays over the source when it renders: <c>kustomize.images</c> is a list of
/// <c>[name=]image[:tag][@digest]</c>. Argo CD Image Updater writes it.
/// </summary>
internal sealed class ArgoOverride : ImageDocument
{
    private readonly string _text;
    private readonly IReadOnlyList<SourceScalar> _items;

    private ArgoOverride(string path, string text, SourceMap root, SourceNode? list, IReadOnlyList<SourceScalar> items)
        : base(path, root, list, "/kustomize/images")
    {
        (_text, _items) = (text, items);
        Images = [.. items.Select((item, i) => new ImagePlace(i, Parse(item.Value), IsText: true))];
    }

    public override IReadOnlyList<ImagePlace> Images { get; }

    public static ArgoOverride Of(string path, string text, SourceMap root)
    {
        var list = (root.Find("kustomize")?.Value as SourceMap)?.Find("images")?.Value;
        return list switch
        {
            SourceList items when items.Items.All(item => item is SourceScalar) => new ArgoOverride(path, text, root, list, [.. items.Items.Cast<SourceScalar>()]),
            null or SourceScalar { IsNull: true } => new ArgoOverride(path, text, root, list, []),
            _ => throw SourceText.Unreadable(path, "has a kustomize.images that is not a list of texts"),
        };
    }

    public override string Change(int index, ImageEntry to)
    {
        if (List!.Shared) throw NotEditable("its images are shared through an anchor");
        var item = Own(_items[index], $"images[{index}]");
        var (start, end) = Span(_text, item);
        // As it was written: the name before '=' only where it stood, or where there is now another to tell apart.
        var named = item.Value.Contains('=', StringComparison.Ordinal) || to.NewName is not null;
        return _text[..start] + ScalarText.Write((named ? $"{to.Name}=" : "") + to, item.Style, inFlow: false) + _text[end..];
    }

    public override string Add(ImageEntry entry) => throw NotEditable($"it sets no image '{entry.Name}', and entries are added to kustomizations only");

    private static ImageEntry Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var image = equals < 0 ? text : text[(equals + 1)..];
        var at = image.IndexOf('@', StringComparison.Ordinal);
        var digest = at < 0 ? null : image[(at + 1)..];
        if (at >= 0) image = image[..at];
        var colon = image.LastIndexOf(':');
        var tag = colon > image.LastIndexOf('/') ? image[(colon + 1)..] : null;
        if (tag is not null) image = image[..colon];
        return new ImageEntry { Name = equals < 0 ? image : text[..equals], NewName = equals < 0 ? null : image, NewTag = tag, Digest = digest };
    }
}
