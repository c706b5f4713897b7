using System.Text;
using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>Reads one scalar out of a stored object without building a tree of it.</summary>
internal static class JsonScan
{
    /// <summary>The text of the scalar at the path (<c>true</c>, <c>3</c> for others than strings); null when there is none.</summary>
    public static string? Text(ReadOnlySpan<byte> json, params string[] path)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        foreach (var step in path)
            if (!Enter(ref reader, step)) return null;

        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
    }

    /// <summary>The raw bytes of a top-level member's value; empty when there is none.</summary>
    public static ReadOnlyMemory<byte> Member(ReadOnlyMemory<byte> json, string name)
    {
        Utf8JsonReader reader = new(json.Span);
        reader.Read();
        if (!Enter(ref reader, name)) return default;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static bool Enter(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found) return true;
            reader.Skip();
        }

        return false;
    }
}
