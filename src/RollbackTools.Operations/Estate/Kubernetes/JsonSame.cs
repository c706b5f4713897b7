using System.Text;
using System.Text.Json;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>JSON by its content: the order of an object's fields and the space between them do not count.</summary>
public static class JsonSame
{
    public static bool AsIn(JsonElement? one, JsonElement? other) => Canonical(one) == Canonical(other);

    /// <summary>The same text for the same content; <c>null</c> for what is not there.</summary>
    public static string Canonical(JsonElement? element)
    {
        if (element is not { } json) return "null";
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer)) Write(writer, json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var field in element.EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(field.Name);
                    Write(writer, field.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
