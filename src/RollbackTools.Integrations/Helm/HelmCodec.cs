using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Unicode;

namespace RollbackTools.Integrations.Helm;

/// <summary>
/// Helm's own packing of a record: base64 of gzip of JSON (of plain JSON before Helm compressed). One exact buffer is made for the
/// JSON; nothing on the way becomes a string. Throws <see cref="InvalidDataException"/> with the cause, never with content.
/// </summary>
internal static class HelmCodec
{
    /// <summary>What the API server lets a Secret's or ConfigMap's data be.</summary>
    public const int LargestStored = 1024 * 1024;

    /// <summary>The JSON of a record: more than sixty times what fits into an object uncompressed.</summary>
    public const int LargestRecord = 64 * 1024 * 1024;

    // YAML and templates shrink to a tenth or a thirtieth. What shrinks far beyond that, and is large, was made to be.
    private const int SuspectRatio = 300;
    private const int SuspectSize = 8 * 1024 * 1024;
    private const int DeflateLimit = 1032;
    private const int GzipFrame = 18;

    private static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b, 0x08];

    /// <param name="stored">The base64 text; it is decoded in place, so its bytes are gone afterwards.</param>
    public static byte[] Decode(ArraySegment<byte> stored)
    {
        if (stored.Count == 0) throw new InvalidDataException("it is empty");
        if (Base64.DecodeFromUtf8InPlace(stored, out var length) != OperationStatus.Done) throw new InvalidDataException("it is not base64 (damaged, or cut off)");
        var packed = stored[..length];
        var json = packed.AsSpan().StartsWith(GzipMagic) ? Inflate(packed) : packed.ToArray();
        if (!Utf8.IsValid(json)) throw new InvalidDataException("it holds bytes that are not UTF-8");
        return json;
    }

    /// <summary>The stored form's bytes, which are ASCII. Refuses one that no object can hold.</summary>
    public static byte[] Encode(ReadOnlyMemory<byte> json)
    {
        using MemoryStream packed = new(json.Length / 4 + 1024);
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(json.Span);
        var length = Base64.GetMaxEncodedToUtf8Length((int)packed.Length);
        if (length > LargestStored)
            throw new InvalidDataException($"it takes {Kilobytes(length)} stored, and a Secret or ConfigMap holds {Kilobytes(LargestStored)}");
        var stored = new byte[length];
        Base64.EncodeToUtf8(packed.GetBuffer().AsSpan(0, (int)packed.Length), stored, out _, out _);
        return stored;
    }

    private static byte[] Inflate(ArraySegment<byte> packed)
    {
        var json = new byte[SizeOf(packed)];
        try
        {
            using MemoryStream bytes = new(packed.Array!, packed.Offset, packed.Count, writable: false);
            using GZipStream gzip = new(bytes, CompressionMode.Decompress);
            if (gzip.ReadAtLeast(json, json.Length, throwOnEndOfStream: false) == json.Length && gzip.ReadByte() < 0) return json;
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException("its gzip data is damaged", error);
        }

        throw WrongLength();
    }

    // The trailer says the size, and deflate cannot do better than a thousand to one: so what is allocated is bounded before anything is unpacked.
    private static int SizeOf(ReadOnlySpan<byte> packed)
    {
        if (packed.Length <= GzipFrame) throw new InvalidDataException("its gzip data is cut off");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(packed[^4..]);
        if (size > LargestRecord) throw new InvalidDataException($"its gzip data says that it unpacks to {Megabytes(size)}, more than the {Megabytes(LargestRecord)} that are read (cut off, damaged, or made to fill the memory)");
        if (size > (long)packed.Length * DeflateLimit) throw WrongLength();
        if (size > SuspectSize && size / packed.Length > SuspectRatio)
            throw new InvalidDataException($"it unpacks to {size / packed.Length} times its size, as only a gzip bomb does");
        return (int)size;
    }

    private static InvalidDataException WrongLength() => new("its gzip data does not have the length it says (cut off, or damaged)");

    private static string Kilobytes(long bytes) => $"{bytes / 1024} KiB";

    private static string Megabytes(long bytes) => $"{bytes / (1024 * 1024)} MiB";
}
