using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// Writes an object with its kind's name in <c>$type</c>, before its fields, and reads it by that name. Unlike attributes on
/// <typeparamref name="T"/>, the names are told from outside: what runs operations knows none of them.
/// </summary>
/// <param name="kinds">The kinds by name.</param>
internal sealed class NamedConverter<T>(IReadOnlyDictionary<string, Type> kinds) : JsonConverter<T>
    where T : class
{
    private const string Discriminator = "$type";

    private readonly Dictionary<Type, string> names = kinds.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Throws <see cref="JsonException"/> when nothing of that name is known: another version wrote it.</summary>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var name = document.RootElement.TryGetProperty(Discriminator, out var value) ? value.GetString() : null;
        if (name is null || !kinds.TryGetValue(name, out var kind)) throw new JsonException($"There is no {typeof(T).Name} named \"{name}\".");
        return (T)document.RootElement.Deserialize(options.GetTypeInfo(kind))!;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var kind = value.GetType();
        if (!names.TryGetValue(kind, out var name)) throw new JsonException($"{kind.Name} is not in the catalogue.");
        writer.WriteStartObject();
        writer.WriteString(Discriminator, name);
        foreach (var field in JsonSerializer.SerializeToElement(value, options.GetTypeInfo(kind)).EnumerateObject()) field.WriteTo(writer);
        writer.WriteEndObject();
    }
}
