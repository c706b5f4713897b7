using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>
/// An observed generation: a number, or text as a Rollout has it. Text that is no number is a hash of before Rollouts 0.10, which tells
/// nothing; such a status counts as current, as it does for the Rollouts plugin.
/// </summary>
internal sealed class GenerationNumber : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) return reader.GetInt64();
        var text = reader.GetString()!;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : text.Length == 0 ? 0 : long.MaxValue;
    }

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
