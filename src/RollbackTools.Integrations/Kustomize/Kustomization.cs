using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate.Kustomize;
using YamlDotNet.Core;

namespace RollbackTools.Integrations.Kustomize;

/// <summary>A kustomization or a component, in any of the styles YAML has.</summary>
internal sealed class Kustomization : ImageDocument
{
    // In the order in which kustomize writes them.
    private static readonly string[] Keys = ["name", "newName", "newTag", "digest"];

    private readonly LineEdits _lines;
    private readonly string _text;
    private readonly Func<string, ImageDocument> _reopen;
    private readonly IReadOnlyList<SourceMap> _entries;

    private Kustomization(
        string path, string text, SourceMap root, SourceNode? list, IReadOnlyList<SourceMap> entries, string newLine, Func<string, ImageDocument> reopen)
        : base(path, root, list, "/images")
    {
        (_text, _entries, _lines, _reopen) = (text, entries, new LineEdits(text, newLine), reopen);
        Images = [.. entries.Select((entry, i) => new ImagePlace(i, EntryOf(path, entry), IsText(entry)))];
    }

    public override IReadOnlyList<ImagePlace> Images { get; }

    public static Kustomization Of(string path, string text, SourceMap root, string newLine, Func<string, ImageDocument> reopen)
    {
        var kind = (root.Find("kind")?.Value as SourceScalar)?.Value;
        var version = (root.Find("apiVersion")?.Value as SourceScalar)?.Value;
        if (kind is not (null or "Kustomization" or "Component") || version?.StartsWith("kustomize.config.k8s.io/", StringComparison.Ordinal) == false)
            throw SourceText.Unreadable(path, $"is no kustomization but a {kind ?? version}");
        var list = root.Find("images")?.Value;
        return list switch
        {
            SourceList items when items.Items.All(item => item is SourceMap) =>
                new Kustomization(path, text, root, list, [.. items.Items.Cast<SourceMap>()], newLine, reopen),
            null or SourceScalar { IsNull: true } => new Kustomization(path, text, root, list, [], newLine, reopen),
            SourceAlias => throw NotEditable(path, "its images are an alias"),
            _ => throw SourceText.Unreadable(path, "has an 'images' that is not a list of entries"),
        };
    }

    /// <summary>One field after the other, each in a text that is read anew: then no place is stale.</summary>
    public override string Change(int index, ImageEntry to)
    {
        var entry = _entries[index];
        if (entry.Shared || List!.Shared) throw NotEditable($"the entry of {to.Name} is shared through an anchor");
        var now = Images[index].Entry;
        (string Key, string? From, string? To)? next = (now.NewName, now.NewTag, now.Digest) switch
        {
            _ when now.NewName != to.NewName => ("newName", now.NewName, to.NewName),
            _ when now.NewTag != to.NewTag => ("newTag", now.NewTag, to.NewTag),
            _ when now.Digest != to.Digest => ("digest", now.Digest, to.Digest),
            _ => null,
        };
        if (next is not { } change) return _text;
        var text = (entry.Find(change.Key), change.To) switch
        {
            ({ } field, { } value) => Replace(field, value, entry),
            ({ } field, null) => Remove(field, entry),
            (null, var value) => Insert(change.Key, value!, entry),
        };
        return _reopen(text).Change(index, to);
    }

    public override string Add(ImageEntry entry)
    {
        if (List?.Shared == true) throw NotEditable("its images are shared through an anchor");
        if (List is SourceList { Items.Count: > 0 } list) return AddBeside(entry, list);
        if (List is SourceList or SourceScalar { Value.Length: > 0 })
            return _text[..List.Start] + $"[{InFlow(entry, null)}]" + _text[List.End..];
        if (Root.Flow)
        {
            if (List is not null || Root.Fields.Count == 0) throw NotEditable("an entry cannot be added to it");
            return _text.Insert(Root.Fields[^1].LastEnd, $", {Key("images", Root)}: [{InFlow(entry, null)}]");
        }

        var indent = LineEdits.Spaces(_lines.ColumnOf(Root.Fields[0].Key.Start));
        var lines = Block(entry, indent + "- ", null);
        return Root.Find("images") is { } empty ? _lines.InsertAfter(empty.Key.End, lines) : _lines.InsertAfter(Root.LastEnd, [$"{indent}images:", .. lines]);
    }

    private string AddBeside(ImageEntry entry, SourceList list)
    {
        var last = _entries[^1];
        if (list.Flow) return _text.Insert(last.LastEnd, $", {InFlow(entry, last)}");
        var prefix = _lines.Before(last.Flow ? last.Start : last.Fields[0].Key.Start);
        if (!prefix.TrimStart().StartsWith('-')) throw NotEditable("its list is written in a way that is not known here");
        return last.Flow ? _lines.InsertAfter(last.End, [prefix + InFlow(entry, last)]) : _lines.InsertAfter(last.LastEnd, Block(entry, prefix, last));
    }

    private string Replace(SourceField field, string value, SourceMap entry)
    {
        var old = Own(field.Value, field.Key.Value);
        if (old is { Style: ScalarStyle.Plain, Value.Length: 0 })
        {
            var colon = _text.IndexOf(':', field.Key.End);
            return _text.Insert(colon + 1, " " + ScalarText.Write(value, ScalarStyle.Plain, InFlowStyle(entry)));
        }

        var (start, end) = Span(_text, old);
        return _text[..start] + ScalarText.Write(value, old.Style, InFlowStyle(entry)) + _text[end..];
    }

    private string Insert(string key, string value, SourceMap entry)
    {
        var after = entry.Fields.Last(field => Array.IndexOf(Keys, field.Key.Value) is >= 0 and var order && order < Array.IndexOf(Keys, key));
        var written = $"{Key(key, entry)}: {Value(value, entry, InFlowStyle(entry))}";
        return entry.Flow
            ? _text.Insert(after.LastEnd, $", {written}")
            : _lines.InsertAfter(after.LastEnd, [LineEdits.Spaces(_lines.ColumnOf(entry.Fields[0].Key.Start)) + written]);
    }

    private string Remove(SourceField field, SourceMap entry)
    {
        Own(field.Value, field.Key.Value);
        var place = entry.Fields.TakeWhile(other => other != field).Count();
        if (place > 0 && !entry.Flow) return _lines.Remove(field.Key.Start, field.LastEnd);
        var (start, end) = place > 0 ? (entry.Fields[place - 1].LastEnd, field.LastEnd) : (field.Key.Start, entry.Fields[1].Key.Start);
        return _text[start..end].Contains('#', StringComparison.Ordinal)
            ? throw NotEditable($"removing '{field.Key.Value}' would lose a comment")
            : _text.Remove(start, end - start);
    }

    private bool InFlowStyle(SourceMap entry) => entry.Flow || Root.Flow || List is SourceList { Flow: true };

    private static string[] Block(ImageEntry entry, string prefix, SourceMap? like) =>
        [.. Fields(entry).Select((field, i) => (i == 0 ? prefix : LineEdits.Spaces(prefix.Length)) + $"{Key(field.Key, like)}: {Value(field.Value, like, false)}")];

    private static string InFlow(ImageEntry entry, SourceMap? like) =>
        "{" + string.Join(", ", Fields(entry).Select(field => $"{Key(field.Key, like)}: {Value(field.Value, like, true)}")) + "}";

    private static IEnumerable<(string Key, string Value)> Fields(ImageEntry entry) =>
        new[] { ("name", entry.Name), ("newName", entry.NewName), ("newTag", entry.NewTag), ("digest", entry.Digest) }
            .Where(field => field.Item2 is not null).Select(field => (field.Item1, field.Item2!));

    // As the entry beside it is written: JSON stays JSON.
    private static string Key(string key, SourceMap? like) => ScalarText.Write(key, like?.Fields[0].Key.Style ?? ScalarStyle.Plain, false);

    private static string Value(string value, SourceMap? like, bool inFlow) =>
        ScalarText.Write(value, (like?.Find("name")?.Value as SourceScalar)?.Style ?? ScalarStyle.Plain, inFlow);

    private static ImageEntry EntryOf(string path, SourceMap entry) => new()
    {
        Name = entry.Find("<<") is not null ? throw NotEditable(path, "an image entry is merged from another ('<<')")
            : Text(path, entry, "name") ?? throw SourceText.Unreadable(path, "has an image entry without a name"),
        NewName = Text(path, entry, "newName"),
        NewTag = Text(path, entry, "newTag"),
        Digest = Text(path, entry, "digest"),
        TagSuffix = Text(path, entry, "tagSuffix"),
    };

    private static string? Text(string path, SourceMap entry, string name) => entry.Find(name)?.Value switch
    {
        // Kustomize takes an empty text for nothing.
        null or SourceScalar { IsNull: true } or SourceScalar { Value: "" } => null,
        SourceScalar scalar => scalar.Value,
        SourceAlias => throw NotEditable(path, $"'{name}' of an image is shared through an alias"),
        _ => throw SourceText.Unreadable(path, $"has an image whose '{name}' is not text"),
    };

    private static bool IsText(SourceMap entry) => Keys.Select(key => entry.Find(key)?.Value).OfType<SourceScalar>()
        .All(scalar => scalar.Style != ScalarStyle.Plain || scalar.IsNull || ScalarText.IsText(scalar.Value));
}
