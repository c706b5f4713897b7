using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Estate;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RollbackTools.Integrations.Yaml;

/// <summary>
/// Builds a tree from YAML events under limits. YamlDotNet's own representation model recurses without a bound and hashes
/// whole subtrees used as keys, which a hostile file turns into a stack overflow or an exponential hash.
/// </summary>
internal sealed class YamlTree
{
    private const int MaximumDepth = 64;
    private const int MaximumNodes = 1_000_000;

    private readonly ConfigurationFile _file;
    private readonly IParser _parser;
    private readonly Dictionary<AnchorName, YamlNode?> _anchors = [];
    private int _nodes;

    private readonly bool _lastKeyWins;

    private YamlTree(ConfigurationFile file, string text, bool lastKeyWins)
    {
        _file = file;
        _lastKeyWins = lastKeyWins;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>
    /// The first document, or null when there is nothing but comments. A key that stands twice is a mistake, unless the file belongs to
    /// a program for which <paramref name="lastKeyWins"/>.
    /// </summary>
    public static YamlNode? Read(ConfigurationFile file, bool lastKeyWins = false) => new YamlTree(file, file.Read(), lastKeyWins).ReadDocument();

    private YamlNode? ReadDocument()
    {
        try
        {
            _parser.Consume<StreamStart>();
            if (!_parser.TryConsume<DocumentStart>(out _)) return null;
            var root = ReadNode(0);
            _parser.Consume<DocumentEnd>();
            return root is YamlScalar { IsNull: true } ? null : root;
        }
        catch (YamlException error)
        {
            throw Error(error.Start.Line, $"it is not valid YAML: {error.Message.TrimEnd('.')}");
        }
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MaximumDepth) throw Error(Line, $"it is nested more than {MaximumDepth} levels deep");
        Count(1);

        if (_parser.TryConsume<AnchorAlias>(out var alias)) return Resolve(alias);
        if (_parser.TryConsume<Scalar>(out var scalar))
            return Remember(scalar.Anchor, new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, scalar.Start.Line));
        if (_parser.TryConsume<SequenceStart>(out var sequence)) return ReadList(sequence, depth);
        return ReadMap(_parser.Consume<MappingStart>(), depth);
    }

    private YamlNode ReadList(SequenceStart start, int depth)
    {
        Open(start.Anchor);
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
        return Remember(start.Anchor, new YamlList(items, start.Start.Line));
    }

    private YamlNode ReadMap(MappingStart start, int depth)
    {
        Open(start.Anchor);
        var entries = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        var merged = new List<YamlNode>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var line = Line;
            if (ReadNode(depth + 1) is not YamlScalar key) throw Error(line, "it has a mapping key that is not text");
            var value = ReadNode(depth + 1);
            if (key is { Plain: true, Text: "<<" }) merged.Add(value);
            else if (_lastKeyWins) entries[key.Text] = new YamlEntry(value, line);
            else if (!entries.TryAdd(key.Text, new YamlEntry(value, line))) throw Error(line, $"it has the key '{Shorten(key.Text)}' twice");
        }

        foreach (var value in merged) Merge(entries, value);
        return Remember(start.Anchor, new YamlMap(entries, start.Start.Line));
    }

    // YAML 1.1 merge keys: keys of the mapping itself win, then the first of several merged ones.
    private void Merge(Dictionary<string, YamlEntry> entries, YamlNode source)
    {
        var maps = source is YamlList list ? list.Items : [source];
        foreach (var node in maps)
        {
            if (node is not YamlMap map) throw Error(source.Line, "it merges ('<<') something that is not a mapping");
            Count(map.Entries.Count);
            foreach (var (key, entry) in map.Entries) entries.TryAdd(key, entry);
        }
    }

    private YamlNode Resolve(AnchorAlias alias)
    {
        var name = Shorten(alias.Value.Value);
        if (!_anchors.TryGetValue(alias.Value, out var node)) throw Error(alias.Start.Line, $"it uses '*{name}' before defining it");
        return node ?? throw Error(alias.Start.Line, $"it contains itself through '*{name}'");
    }

    private void Open(AnchorName anchor)
    {
        if (!anchor.IsEmpty) _anchors[anchor] = null;
    }

    private YamlNode Remember(AnchorName anchor, YamlNode node)
    {
        if (!anchor.IsEmpty) _anchors[anchor] = node;
        return node;
    }

    private void Count(int nodes)
    {
        _nodes += nodes;
        if (_nodes > MaximumNodes) throw Error(Line, $"it has more than {MaximumNodes:N0} values");
    }

    private long Line => _parser.Current?.Start.Line ?? 0;

    private EstateException Error(long line, string problem) => _file.Error(line, problem + ".");

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
