using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Practice.Helm.Records;

/// <summary>The text a record is stored as: base64 of gzip of JSON; the oldest ones are base64 of JSON.</summary>
internal static class ReleaseCodec
{
    public static string Encode(JsonObject release)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize)) gzip.Write(Json(release));
        return Convert.ToBase64String(packed.ToArray());
    }

    /// <summary>As records were written before there was compression.</summary>
    public static string EncodePlain(JsonObject release) => Convert.ToBase64String(Json(release));

    /// <summary>Null when it is none of these.</summary>
    public static JsonObject? Decode(string stored)
    {
        try
        {
            var bytes = Convert.FromBase64String(stored);
            if (bytes is [0x1f, 0x8b, 0x08, ..])
            {
                using GZipStream gzip = new(new MemoryStream(bytes), CompressionMode.Decompress);
                using MemoryStream plain = new();
                gzip.CopyTo(plain);
                bytes = plain.ToArray();
            }

            return JsonNode.Parse(bytes) as JsonObject;
        }
        catch (Exception broken) when (broken is FormatException or InvalidDataException or JsonException)
        {
            return null;
        }
    }

    /// <summary>As Go's encoder has it, which writes these three so that HTML may hold the text.</summary>
    private static byte[] Json(JsonObject release) => Encoding.UTF8.GetBytes(release.ToJsonString(ApiJson.Relaxed)
        .Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal));
}
