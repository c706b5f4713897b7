using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RollbackTools.Integrations.Yaml;

/// <summary>Builds a document's tree as go-yaml 2 reads it into a map: merge keys where they stand, the last of equal keys.</summary>
internal sealed class ManifestTree
{
    private const int MaximumValues = 2_000_000;

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ManifestNode?> _anchors = [];
    private int _values;

    private ManifestTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The only document, or null when there is nothing but comments.</summary>
    public static ManifestNode? Read(string text) => new ManifestTree(text).ReadDocument();

    private ManifestNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _)) return null;
        var root = ReadNode(1);
        _parser.Consume<DocumentEnd>();
        return _parser.TryConsume<StreamEnd>(out _) ? root : throw Error(Line, "another document begins in it");
    }

    private ManifestNode ReadNode(int depth)
    {
        if (depth >= ManifestWriter.MaximumDepth) throw ManifestWriter.TooDeep(Line);
        Count(1);
        if (_parser.TryConsume<AnchorAlias>(out var alias)) return Resolve(alias);
        if (_parser.TryConsume<Scalar>(out var scalar)) return Remember(scalar.Anchor, ReadScalar(scalar));
        return _parser.TryConsume<SequenceStart>(out var list) ? ReadList(list, depth) : ReadMap(_parser.Consume<MappingStart>(), depth);
    }

    private static ManifestScalar ReadScalar(Scalar scalar) => new(YamlScalars.Resolve(scalar), scalar.Start.Line);

    private ManifestNode ReadList(SequenceStart start, int depth)
    {
        Open(start.Anchor);
        List<ManifestNode> items = [];
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
        return Remember(start.Anchor, new ManifestList(items, start.Start.Line));
    }

    private ManifestNode ReadMap(MappingStart start, int depth)
    {
        Open(start.Anchor);
        OrderedFields fields = new();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Accept<Scalar>(out var merge) && IsMerge(merge))
            {
                _parser.MoveNext();
                Merge(fields, ReadNode(depth + 1));
                continue;
            }

            var line = Line;
            if (ReadNode(depth + 1) is not ManifestScalar key) throw Error(line, "it has a mapping key that is no scalar");
            fields.Set(YamlScalars.Key(key.Value) ?? throw Error(line, "it has a null as a mapping key"), ReadNode(depth + 1));
        }

        return Remember(start.Anchor, new ManifestMap(fields, start.Start.Line));
    }

    private static bool IsMerge(Scalar scalar) => scalar is { Value: "<<", Style: ScalarStyle.Plain } && (scalar.Tag.IsEmpty || scalar.Tag.Value == YamlScalars.MergeTag);

    // Of several merged maps the first one wins, so they are set in reverse; keys that follow in the map itself win over all.
    private void Merge(OrderedFields fields, ManifestNode merged)
    {
        var maps = merged is ManifestList list ? Enumerable.Reverse(list.Items) : [merged];
        foreach (var node in maps)
        {
            if (node is not ManifestMap map) throw Error(merged.Line, "it merges ('<<') something that is not a mapping");
            Count(map.Fields.Count);
            foreach (var (name, value) in map.Fields.All) fields.Set(name, value);
        }
    }

    private ManifestNode Resolve(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var node)) throw Error(alias.Start.Line, "it uses an alias ('*') before its anchor");
        return node ?? throw Error(alias.Start.Line, "it contains itself through an alias ('*')");
    }

    private void Open(AnchorName anchor)
    {
        if (!anchor.IsEmpty) _anchors[anchor] = null;
    }

    private ManifestNode Remember(AnchorName anchor, ManifestNode node)
    {
        if (!anchor.IsEmpty) _anchors[anchor] = node;
        return node;
    }

    private void Count(int values)
    {
        _values += values;
        if (_values > MaximumValues) throw Error(Line, $"it has more than {MaximumValues:N0} values");
    }

    private long Line => _parser.Current?.Start.Line ?? 0;

    private static FormatException Error(long line, string problem) => new($"line {line}: {problem}");
}
