using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>Writes bodies.</summary>
internal static class ApiResponse
{
    public const string Json = "application/json";

    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> body, int code = 200, string contentType = Json)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    public static Task WriteAsync(HttpContext http, ApiStatus status)
    {
        if (status.RetryAfterSeconds is { } seconds) http.Response.Headers.RetryAfter = seconds.ToString();
        return WriteAsync(http, status.ToJson(), status.Code);
    }

    public static Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write, int code = 200, string contentType = Json) =>
        WriteAsync(http, Render(write), code, contentType);

    public static Task WriteTextAsync(HttpContext http, string text, int code = 200) =>
        WriteAsync(http, System.Text.Encoding.UTF8.GetBytes(text), code, "text/plain; charset=utf-8");

    public static byte[] Render(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions)) write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
