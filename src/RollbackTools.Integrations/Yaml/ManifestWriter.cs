using System.Text.Json;

namespace RollbackTools.Integrations.Yaml;

/// <summary>Writes a tree as JSON. Aliases are written out here, so here is where their growth is bounded.</summary>
internal sealed class ManifestWriter(Utf8JsonWriter json)
{
    public const int MaximumDepth = 200;
    private const int MaximumValues = 2_000_000;
    private const long MaximumBytes = 64 * 1024 * 1024;

    private int _values;

    public void Write(ManifestNode node, int depth = 1)
    {
        if (depth >= MaximumDepth) throw TooDeep(node.Line);
        if (++_values > MaximumValues || json.BytesCommitted + json.BytesPending > MaximumBytes)
            throw new FormatException($"line {node.Line}: its aliases ('*') make it grow beyond {MaximumValues:N0} values or {MaximumBytes / (1024 * 1024)} MiB");
        switch (node)
        {
            case ManifestMap map:
                json.WriteStartObject();
                foreach (var (name, value) in map.Fields.All)
                {
                    json.WritePropertyName(name);
                    Write(value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case ManifestList list:
                json.WriteStartArray();
                foreach (var item in list.Items) Write(item, depth + 1);
                json.WriteEndArray();
                break;
            case ManifestScalar scalar:
                Write(scalar);
                break;
        }
    }

    public static FormatException TooDeep(long line) => new($"line {line}: it is nested more than {MaximumDepth} levels deep");

    private void Write(ManifestScalar scalar)
    {
        switch (scalar.Value)
        {
            case null: json.WriteNullValue(); break;
            case bool truth: json.WriteBooleanValue(truth); break;
            case long number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case double: throw new FormatException($"line {scalar.Line}: JSON has no infinite number and no .nan");
            default: json.WriteStringValue((string)scalar.Value); break;
        }
    }
}
