using YamlDotNet.Core;

namespace RollbackTools.Integrations.Yaml;

/// <summary>A YAML value with the place in the text it was read from, for edits that leave everything else alone.</summary>
internal abstract record SourceNode(int Start, int End)
{
    /// <summary>Whether others may share it: it has an anchor, or is an alias.</summary>
    public bool Shared { get; init; }

    /// <summary>Where its last visible character ends. (A block's own end mark is where the next thing begins.)</summary>
    public virtual int LastEnd => End;

    /// <summary>Every value with its path, in order: two texts with the same list say the same.</summary>
    public abstract IEnumerable<string> Flatten(string path);
}

internal sealed record SourceScalar(string Value, ScalarStyle Style, int Start, int End) : SourceNode(Start, End)
{
    public bool Tagged { get; init; }

    public bool IsNull => Style == ScalarStyle.Plain && Value is "" or "~" or "null" or "Null" or "NULL";

    public override IEnumerable<string> Flatten(string path) => [$"{path} = {(Style == ScalarStyle.Plain ? "" : "\"")}{Value}"];
}

internal sealed record SourceAlias(string Name, int Start, int End) : SourceNode(Start, End)
{
    public override IEnumerable<string> Flatten(string path) => [$"{path} = *{Name}"];
}

internal sealed record SourceList(IReadOnlyList<SourceNode> Items, bool Flow, int Start, int End) : SourceNode(Start, End)
{
    public override int LastEnd => Flow || Items.Count == 0 ? End : Items[^1].LastEnd;

    public override IEnumerable<string> Flatten(string path) =>
        Items.SelectMany((item, i) => item.Flatten($"{path}[{i}]")).Prepend($"{path} = list of {Items.Count}");
}

internal sealed record SourceMap(IReadOnlyList<SourceField> Fields, bool Flow, int Start, int End) : SourceNode(Start, End)
{
    public override int LastEnd => Flow || Fields.Count == 0 ? End : Fields[^1].LastEnd;

    public SourceField? Find(string name) => Fields.FirstOrDefault(field => field.Key.Value == name);

    public override IEnumerable<string> Flatten(string path) =>
        Fields.SelectMany(field => field.Value.Flatten($"{path}/{field.Key.Value}")).Prepend($"{path} = map of {Fields.Count}");
}

internal sealed record SourceField(SourceScalar Key, SourceNode Value)
{
    /// <summary>Never before its key: an absent value has no place of its own.</summary>
    public int LastEnd => Math.Max(Value.LastEnd, Key.End);
}
