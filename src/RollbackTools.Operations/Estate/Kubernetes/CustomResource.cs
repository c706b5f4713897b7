using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>An object of a custom kind, exactly as it was sent: what we have no word for survives, and can be put back.</summary>
[JsonConverter(typeof(CustomResourceConverter))]
public sealed class CustomResource(JsonElement json) : IKubernetesObject
{
    private ObjectMeta? metadata;

    public JsonElement Json { get; } = json.ValueKind == JsonValueKind.Object ? json : throw new JsonException("A Kubernetes object is a JSON object.");

    public ObjectMeta Metadata => metadata ??= Json.At("metadata")?.Deserialize(KubernetesJson.Default.ObjectMeta) ?? new ObjectMeta();
}

internal sealed class CustomResourceConverter : JsonConverter<CustomResource>
{
    public override CustomResource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Cloned: the reader's bytes belong to whoever reads the stream.
        using var document = JsonDocument.ParseValue(ref reader);
        return new CustomResource(document.RootElement.Clone());
    }

    public override void Write(Utf8JsonWriter writer, CustomResource value, JsonSerializerOptions options) => value.Json.WriteTo(writer);
}
