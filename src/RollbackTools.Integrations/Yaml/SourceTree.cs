using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RollbackTools.Integrations.Yaml;

/// <summary>Reads one YAML document with places, under limits. Throws <see cref="FormatException"/> with the line and the trouble.</summary>
internal sealed class SourceTree
{
    private const int MaximumDepth = 64;
    private const int MaximumNodes = 200_000;

    private readonly Parser _parser;
    private int _nodes;

    private SourceTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The only document, or null when there is nothing but comments.</summary>
    public static SourceNode? Read(string text) => new SourceTree(text).ReadDocument();

    private SourceNode? ReadDocument()
    {
        try
        {
            _parser.Consume<StreamStart>();
            if (!_parser.TryConsume<DocumentStart>(out _)) return null;
            var root = ReadNode(0);
            _parser.Consume<DocumentEnd>();
            return _parser.TryConsume<StreamEnd>(out _) ? root : throw Error("holds several documents; edit it by hand");
        }
        catch (YamlException error)
        {
            throw new FormatException($"line {error.Start.Line}: it is not valid YAML: {error.Message.TrimEnd('.')}", error);
        }
    }

    private SourceNode ReadNode(int depth)
    {
        if (depth > MaximumDepth) throw Error($"is nested more than {MaximumDepth} levels deep");
        if (++_nodes > MaximumNodes) throw Error($"has more than {MaximumNodes:N0} values");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return new SourceAlias(alias.Value.Value, At(alias.Start), At(alias.End)) { Shared = true };
        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            return new SourceScalar(scalar.Value, scalar.Style, At(scalar.Start), At(scalar.End))
            {
                Shared = !scalar.Anchor.IsEmpty,
                Tagged = !scalar.Tag.IsEmpty,
            };
        }

        return _parser.TryConsume<SequenceStart>(out var list) ? ReadList(list, depth) : ReadMap(_parser.Consume<MappingStart>(), depth);
    }

    private SourceList ReadList(SequenceStart start, int depth)
    {
        List<SourceNode> items = [];
        while (!_parser.Accept<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
        return new SourceList(items, start.Style == SequenceStyle.Flow, At(start.Start), EndOf(start.Style == SequenceStyle.Flow, _parser.Consume<SequenceEnd>())) { Shared = !start.Anchor.IsEmpty };
    }

    private SourceMap ReadMap(MappingStart start, int depth)
    {
        List<SourceField> fields = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        while (!_parser.Accept<MappingEnd>(out _))
        {
            if (ReadNode(depth + 1) is not SourceScalar key) throw Error("has a mapping key that is not text");
            if (!names.Add(key.Value)) throw Error($"has the key '{(key.Value.Length > 60 ? key.Value[..60] : key.Value)}' twice");
            fields.Add(new SourceField(key, ReadNode(depth + 1)));
        }

        return new SourceMap(fields, start.Style == MappingStyle.Flow, At(start.Start), EndOf(start.Style == MappingStyle.Flow, _parser.Consume<MappingEnd>())) { Shared = !start.Anchor.IsEmpty };
    }

    // The end mark of a flow collection stands before its bracket.
    private static int EndOf(bool flow, ParsingEvent end) => flow ? At(end.Start) + 1 : At(end.End);

    private static int At(Mark mark) => (int)mark.Index;

    private FormatException Error(string problem) => new($"line {_parser.Current?.Start.Line ?? 0}: it {problem}");
}
