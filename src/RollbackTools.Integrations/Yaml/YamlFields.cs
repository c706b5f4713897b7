using System.Globalization;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Yaml;

/// <summary>A mapping read field by field with types; each complaint names file, line and field, never the value.</summary>
internal sealed class YamlFields(ConfigurationFile file, string path, YamlMap map)
{
    public ConfigurationFile File { get; } = file;

    public string Path { get; } = path;

    public long Line => map.Line;

    public IReadOnlyDictionary<string, YamlEntry> Entries => map.Entries;

    public static YamlFields Root(ConfigurationFile file, YamlNode root) => root is YamlMap map
        ? new YamlFields(file, "", map)
        : throw file.Error($"must be a mapping at its top level, not {root.Description}.");

    public YamlNode? Node(string name) =>
        map.Entries.TryGetValue(name, out var entry) && entry.Value is not YamlScalar { IsNull: true } ? entry.Value : null;

    /// <summary>The text of a scalar; numbers and booleans count as what was typed. Null when absent, null or empty.</summary>
    public string? Text(string name) => Node(name) switch
    {
        null => null,
        YamlScalar scalar => scalar.Text.Length == 0 ? null : scalar.Text,
        var other => throw Wrong(name, other, "text"),
    };

    public string Required(string name) => Text(name) ?? throw Error($"needs the field '{name}'");

    public bool Flag(string name) => Node(name) switch
    {
        null => false,
        YamlScalar { Plain: true, Text: "true" or "True" or "TRUE" } => true,
        YamlScalar { Plain: true, Text: "false" or "False" or "FALSE" } => false,
        var other => throw Wrong(name, other, "true or false"),
    };

    public int? Integer(string name) => Node(name) switch
    {
        null => null,
        YamlScalar scalar when int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        var other => throw Wrong(name, other, "a whole number"),
    };

    public YamlFields? Map(string name) => Node(name) switch
    {
        null => null,
        YamlMap inner => new YamlFields(File, Child(name), inner),
        var other => throw Wrong(name, other, "a mapping"),
    };

    /// <summary>The mapping, or one without fields where it is absent or null.</summary>
    public YamlFields MapOrEmpty(string name) => Map(name) ?? new YamlFields(File, Child(name), new YamlMap(new Dictionary<string, YamlEntry>(), LineOf(name)));

    public IEnumerable<YamlFields> Maps(string name) => Items(name).Select((node, index) => node is YamlMap inner
        ? new YamlFields(File, $"{Child(name)}[{index}]", inner)
        : throw Wrong($"{name}[{index}]", node, "a mapping"));

    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name).Select((node, index) => node is YamlScalar scalar ? scalar.Text : throw Wrong($"{name}[{index}]", node, "text"))];

    /// <summary>Refuses any other field, naming the nearest allowed one.</summary>
    public void Allow(IReadOnlyCollection<string> names)
    {
        foreach (var (key, entry) in map.Entries)
        {
            if (names.Contains(key)) continue;
            var nearest = NearestName.Of(key, names);
            var hint = nearest is null ? $"it takes {string.Join(", ", names)}" : $"did you mean '{nearest}'?";
            throw File.Error(entry.Line, $"unknown field '{Child(key)}'; {hint}");
        }
    }

    public EstateException Error(string problem, string? field = null, Exception? inner = null) =>
        File.Error(LineOf(field), $"{Label(field)} {problem}.", inner);

    private EstateException Wrong(string field, YamlNode found, string expected) => File.Error(
        found.Line, $"'{Child(field)}' must be {expected}" + (found is YamlScalar ? "." : $", not {found.Description}."));

    private IReadOnlyList<YamlNode> Items(string name) => Node(name) switch
    {
        null => [],
        YamlList list => list.Items,
        var other => throw Wrong(name, other, "a list"),
    };

    private long LineOf(string? field) => field is not null && map.Entries.TryGetValue(field, out var entry) ? entry.Line : map.Line;

    private string Label(string? field) => field is null ? (Path.Length == 0 ? "it" : $"'{Path}'") : $"'{Child(field)}'";

    private string Child(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
