using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>metav1.MicroTime: RFC 3339 in UTC with exactly six decimals, which is all the server's parser accepts.</summary>
public sealed class MicroTime : JsonConverter<DateTimeOffset>
{
    public static string Format(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
}
