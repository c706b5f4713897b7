using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Helm;

/// <summary>The Secret or ConfigMap around a record: read out of a pooled buffer, and written again as it was but for labels and record.</summary>
internal static class HelmObject
{
    /// <summary>A whole object: 1 MiB of data, once more as base64, its metadata.</summary>
    private const int LargestObject = 4 * 1024 * 1024;

    private const string Field = "release";
    private const string SecretType = "helm.sh/release.v1";

    /// <summary>Throws <see cref="InvalidDataException"/> and <see cref="JsonException"/>; their messages hold no content.</summary>
    public static async ValueTask<HelmRecord> ReadAsync(Stream body, HelmRecordName name, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1024 * 1024);
        try
        {
            var length = 0;
            while (true)
            {
                var read = await body.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
                if (read == 0) break;
                length += read;
                if (length > LargestObject) throw new InvalidDataException($"the object is larger than {LargestObject / (1024 * 1024)} MiB");
                if (length == buffer.Length) buffer = Grow(buffer, length);
            }

            return Read(new ArraySegment<byte>(buffer, 0, length), name);
        }
        finally
        {
            // It held values and manifests; the next one who rents it should not find them.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>From an object's JSON, whose bytes are used up.</summary>
    public static HelmRecord Read(ArraySegment<byte> json, HelmRecordName name)
    {
        var found = JsonObjectBytes.Read(json);
        ReadOnlyMemory<byte> metadata = (found["metadata"] ?? throw new InvalidDataException("the object has no metadata")).ToArray();
        var stored = found.Object("data")[Field] ?? throw new InvalidDataException($"the object has no data.{Field}");
        var header = HelmMetadata.Header(name, metadata);
        var record = new HelmRecord(header, HelmCodec.Decode(Stored(json, stored, name.Driver)), metadata);
        var said = record.Said;
        if (said.Release != name.Release || said.Revision != name.Revision)
            throw new InvalidDataException("it says itself that it is another release or revision");
        return record;
    }

    public static ReadOnlyMemory<byte> Write(HelmRecord record, IReadOnlyDictionary<string, string> labels)
    {
        var stored = HelmCodec.Encode(record.Json);
        ArrayBufferWriter<byte> buffer = new(stored.Length * 4 / 3 + 4096);
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", "v1");
            json.WriteString("kind", record.Name.Driver == HelmDriver.Secret ? "Secret" : "ConfigMap");
            json.WritePropertyName("metadata");
            json.WriteRawValue(HelmMetadata.With(record, labels).Span);
            if (record.Name.Driver == HelmDriver.Secret) json.WriteString("type", SecretType);
            json.WriteStartObject("data");
            // A Secret's data is base64 on the wire, of text that is base64 already.
            if (record.Name.Driver == HelmDriver.Secret) json.WriteBase64String(Field, stored);
            else json.WriteString(Field, stored);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    // The text between the quotes, unescaped in place, and for a Secret freed of the wire's own base64.
    private static ArraySegment<byte> Stored(ArraySegment<byte> json, ReadOnlyMemory<byte> value, HelmDriver driver)
    {
        var start = 0;
        if (value.Span[0] != '"' || !json.AsMemory().Span.Overlaps(value.Span, out start)) throw new InvalidDataException($"data.{Field} is not text");
        var text = json.Slice(start + 1, value.Length - 2);
        if (text.AsSpan().Contains((byte)'\\'))
        {
            Utf8JsonReader reader = new(value.Span);
            reader.Read();
            var plain = new byte[value.Length];
            text = new ArraySegment<byte>(plain, 0, reader.CopyString(plain));
        }

        if (driver == HelmDriver.ConfigMap) return text;
        if (Base64.DecodeFromUtf8InPlace(text, out var length) != OperationStatus.Done) throw new InvalidDataException($"data.{Field} is not base64");
        return text[..length];
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return larger;
    }
}
