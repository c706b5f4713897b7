namespace RollbackTools.Integrations.Yaml;

/// <summary>A YAML value with the line it stands on. Aliases are shared references; cycles do not get this far.</summary>
internal abstract class YamlNode(long line)
{
    public long Line { get; } = line;

    /// <summary>What it is, in an error's words.</summary>
    public abstract string Description { get; }
}

internal sealed class YamlScalar(string text, bool plain, long line) : YamlNode(line)
{
    public string Text { get; } = text;

    /// <summary>Unquoted, so that <c>true</c>, <c>5</c> and <c>null</c> mean what they look like.</summary>
    public bool Plain { get; } = plain;

    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Description => IsNull ? "empty" : "text";
}

internal sealed class YamlList(IReadOnlyList<YamlNode> items, long line) : YamlNode(line)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Description => "a list";
}

/// <summary>A mapping in the file's order. Keys are text and occur once.</summary>
internal sealed class YamlMap(IReadOnlyDictionary<string, YamlEntry> entries, long line) : YamlNode(line)
{
    public IReadOnlyDictionary<string, YamlEntry> Entries { get; } = entries;

    public override string Description => "a mapping";
}

internal readonly record struct YamlEntry(YamlNode Value, long Line);
