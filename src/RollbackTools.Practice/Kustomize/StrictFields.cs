using System.Text.Json;
using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kustomize;

/// <summary>
/// Reads an object of a kustomization as Go's decoder does with unknown fields disallowed: what nobody asks for is an error, and so is
/// a value of another type (an unquoted <c>newTag: 1.10</c> is a number).
/// </summary>
internal sealed class StrictFields(JsonObject fields, string what)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public bool Has(string name) => fields[name] is not null;

    public string Text(string name, string absent = "") => Value(name) switch
    {
        null => absent,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => throw Wrong(other, name, "string"),
    };

    public bool Flag(string name) => Value(name) switch
    {
        null => false,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        var other => throw Wrong(other, name, "bool"),
    };

    public long Number(string name) => Value(name) switch
    {
        null => 0,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        var other => throw Wrong(other, name, "int64"),
    };

    public IReadOnlyList<string> Texts(string name) =>
        [.. List(name).Select(item => item?.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : throw Wrong(item, name, "string"))];

    public IReadOnlyDictionary<string, string> Map(string name) => Value(name) switch
    {
        null => new Dictionary<string, string>(),
        JsonObject map => map.ToDictionary(pair => pair.Key, pair => pair.Value?.GetValueKind() == JsonValueKind.String
            ? pair.Value.GetValue<string>()
            : throw Wrong(pair.Value, name, "string")),
        var other => throw Wrong(other, name, "map[string]string"),
    };

    /// <summary>Each object of a list, read to its end.</summary>
    public IReadOnlyList<T> Objects<T>(string name, Func<StrictFields, T> read) => [.. List(name).Select(item => Read(item, name, read))];

    /// <summary>An object, read to its end; null when there is none.</summary>
    public T? Object<T>(string name, Func<StrictFields, T> read)
        where T : class => Value(name) is { } value ? Read(value, name, read) : null;

    /// <summary>Takes note of a field whose value does not matter.</summary>
    public void Ignore(string name) => known.Add(name);

    /// <summary>Throws <see cref="KustomizeException"/> for the first field nobody has asked for.</summary>
    public void End()
    {
        var other = fields.Select(field => field.Key).FirstOrDefault(name => !known.Contains(name));
        if (other is not null) throw new KustomizeException($"invalid Kustomization: json: unknown field \"{other}\"");
    }

    private static T Read<T>(JsonNode? node, string name, Func<StrictFields, T> read)
    {
        if (node is not JsonObject item) throw new KustomizeException($"invalid Kustomization: json: cannot unmarshal {KindOf(node)} into field {name}");
        StrictFields inner = new(item, $"{StructOf(name)}.{name}");
        var value = read(inner);
        inner.End();
        return value;
    }

    /// <summary>Go's decoder names the struct too.</summary>
    private static string StructOf(string name) => name switch
    {
        "images" => "Image",
        "replicas" => "Replica",
        "labels" => "Label",
        "configMapGenerator" => "ConfigMapArgs",
        "secretGenerator" => "SecretArgs",
        "generatorOptions" or "options" => "GeneratorOptions",
        "target" => "Selector",
        _ => "Patch",
    };

    private static string KindOf(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    private IEnumerable<JsonNode?> List(string name) => Value(name) switch
    {
        null => [],
        JsonArray list => list,
        var other => throw Wrong(other, name, "array"),
    };

    private JsonNode? Value(string name)
    {
        known.Add(name);
        return fields[name];
    }

    private KustomizeException Wrong(JsonNode? node, string name, string type) =>
        new($"invalid Kustomization: json: cannot unmarshal {KindOf(node)} into Go struct field {what}.{name} of type {type}");
}
