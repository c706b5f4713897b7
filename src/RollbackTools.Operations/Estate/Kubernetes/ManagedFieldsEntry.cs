using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>Who last wrote which fields.</summary>
[JsonConverter(typeof(ManagedFieldsEntryConverter))]
public sealed record ManagedFieldsEntry
{
    public string Manager { get; init; } = "";

    /// <summary><c>Apply</c> (server-side apply) or <c>Update</c>.</summary>
    public string Operation { get; init; } = "";

    public string ApiVersion { get; init; } = "";

    public string? Subresource { get; init; }

    public DateTimeOffset? Time { get; init; }

    /// <summary>
    /// The part of fieldsV1 below <c>f:spec</c>; undefined when there is none, and for controllers, which nobody asks about: theirs is
    /// most of what a namespace's lists would otherwise keep in memory.
    /// </summary>
    public JsonElement SpecFields { get; init; }

    /// <summary>Entries of one writer are told apart by how he wrote.</summary>
    internal bool SameAs(ManagedFieldsEntry other) =>
        Manager == other.Manager && Operation == other.Operation && ApiVersion == other.ApiVersion && Subresource == other.Subresource;
}

/// <summary>
/// Reads an entry without building what is not kept. The serializer has the whole value at hand when it calls a converter, but not the
/// whole body, so Skip would refuse and TrySkip never fails.
/// </summary>
internal sealed class ManagedFieldsEntryConverter : JsonConverter<ManagedFieldsEntry>
{
    private const string Controllers = "kube-controller-manager";

    public override ManagedFieldsEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An entry of managedFields is not an object.");
        ManagedFieldsEntry entry = new();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "manager": entry = entry with { Manager = reader.GetString() ?? "" }; break;
                case "operation": entry = entry with { Operation = reader.GetString() ?? "" }; break;
                case "apiVersion": entry = entry with { ApiVersion = reader.GetString() ?? "" }; break;
                case "subresource": entry = entry with { Subresource = reader.GetString() }; break;
                case "time": entry = entry with { Time = reader.TokenType == JsonTokenType.String ? reader.GetDateTimeOffset() : null }; break;
                case "fieldsV1" when reader.TokenType == JsonTokenType.StartObject && entry.Manager != Controllers:
                    entry = entry with { SpecFields = ReadSpec(ref reader) };
                    break;
                default: _ = reader.TrySkip(); break;
            }
        }

        return entry;
    }

    public override void Write(Utf8JsonWriter writer, ManagedFieldsEntry value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("manager", value.Manager);
        writer.WriteString("operation", value.Operation);
        writer.WriteString("apiVersion", value.ApiVersion);
        if (value.Time is { } time) writer.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteString("fieldsType", "FieldsV1");
        writer.WriteStartObject("fieldsV1");
        if (value.SpecFields.ValueKind == JsonValueKind.Object)
        {
            writer.WritePropertyName("f:spec");
            value.SpecFields.WriteTo(writer);
        }

        writer.WriteEndObject();
        if (value.Subresource is { } subresource) writer.WriteString("subresource", subresource);
        writer.WriteEndObject();
    }

    private static JsonElement ReadSpec(ref Utf8JsonReader reader)
    {
        JsonElement spec = default;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var wanted = reader.ValueTextEquals("f:spec"u8);
            reader.Read();
            if (wanted) spec = JsonElement.ParseValue(ref reader);
            else _ = reader.TrySkip();
        }

        return spec;
    }
}
