using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>
/// A JSON object as the bytes of its fields, so that some can be exchanged and the others stay what they were, to the byte. Throws
/// <see cref="JsonException"/> when it is no object. Of a field that stands twice the last one counts, as Go reads it.
/// </summary>
public sealed class JsonObjectBytes
{
    /// <summary>Deep enough for any schema that somebody wrote by hand; no recursion depends on it.</summary>
    public const int MaximumDepth = 256;

    // Text as Go writes it: only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions AsGo = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly List<(string Name, ReadOnlyMemory<byte> Value)> _fields = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private JsonObjectBytes(IEnumerable<(string Name, ReadOnlyMemory<byte> Value)> fields)
    {
        foreach (var (name, value) in fields) Set(name, value);
    }

    public static JsonObjectBytes Empty => new([]);

    public ReadOnlyMemory<byte>? this[string name] => _places.TryGetValue(name, out var place) ? _fields[place].Value : (ReadOnlyMemory<byte>?)null;

    /// <summary>Reads the whole of it, so it is known to be JSON to its end. The bytes are kept, not copied.</summary>
    public static JsonObjectBytes Read(ReadOnlyMemory<byte> json)
    {
        Utf8JsonReader reader = new(json.Span, new JsonReaderOptions { MaxDepth = MaximumDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("It is not a JSON object.");
        JsonObjectBytes read = new([]);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            read.Set(name, json[start..(int)reader.BytesConsumed]);
        }

        // Nothing may follow; the reader says so.
        while (reader.Read())
        {
        }

        return read;
    }

    /// <summary>A field that holds an object; an empty one when it is missing or something else.</summary>
    public JsonObjectBytes Object(string name) => this[name] is { Length: > 0 } value && value.Span[0] == '{' ? Read(value) : Empty;

    /// <summary>A field's value to look into; null when it is missing or null.</summary>
    public JsonElement? Element(string name)
    {
        if (this[name] is not { } value) return null;
        using var document = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = MaximumDepth });
        return document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.Clone();
    }

    /// <summary>A field that holds text; null when it is missing, empty or something else.</summary>
    public string? Text(string name)
    {
        if (this[name] is not { Length: > 2 } value || value.Span[0] != '"') return null;
        Utf8JsonReader reader = new(value.Span);
        reader.Read();
        return Text(ref reader);
    }

    /// <summary>The field set to these bytes of JSON, where it stood; a new one comes last.</summary>
    public JsonObjectBytes With(string name, ReadOnlyMemory<byte> value)
    {
        JsonObjectBytes changed = new(_fields);
        changed.Set(name, value);
        return changed;
    }

    public JsonObjectBytes With(string name, string value) => With(name, Write(json => json.WriteStringValue(value)));

    public JsonObjectBytes With(string name, long value) => With(name, Write(json => json.WriteNumberValue(value)));

    public JsonObjectBytes With(string name, JsonObjectBytes value) => With(name, value.ToBytes());

    public JsonObjectBytes Without(string name) => new(_fields.Where(field => field.Name != name));

    public ReadOnlyMemory<byte> ToBytes() => Write(json =>
    {
        json.WriteStartObject();
        foreach (var (name, value) in _fields)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }, _fields.Sum(field => field.Value.Length + field.Name.Length + 4) + 16);

    private void Set(string name, ReadOnlyMemory<byte> value)
    {
        if (_places.TryAdd(name, _fields.Count)) _fields.Add((name, value));
        else _fields[_places[name]] = (name, value);
    }

    // A lone surrogate is valid JSON and no text.
    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("It holds text that is not Unicode.", error);
        }
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write, int size = 64)
    {
        ArrayBufferWriter<byte> buffer = new(size);
        using (Utf8JsonWriter json = new(buffer, AsGo)) write(json);
        return buffer.WrittenMemory;
    }
}
