using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Protobuf;
using YamlDotNet.Core;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>Reads bodies: JSON, or YAML where a client may send it.</summary>
internal static class RequestBody
{
    private const string Accepted = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    private const long Limit = 3 * 1024 * 1024;

    public static string MediaType(ApiRequest request)
    {
        var type = request.Http.Request.ContentType ?? "";
        var end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim().ToLowerInvariant();
    }

    /// <summary>The body as an object; refuses what is none, in the API's words.</summary>
    public static async Task<JsonObject> ReadObjectAsync(ApiRequest request)
    {
        var media = MediaType(request);
        if (media is not ("" or "application/json" or "application/yaml" or "*/*" or ProtobufBody.MediaType))
            throw Refusals.UnsupportedMediaType(Accepted);
        return await ReadNodeAsync(request, yaml: media == "application/yaml") as JsonObject
            ?? throw Refusals.BadRequest($"the object provided is unrecognized (must be of type {request.Type?.Kind}): couldn't get version/kind; " +
                "json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; " +
                "Kind string \"json:\\\"kind,omitempty\\\"\" } (5b5d)");
    }

    /// <summary>The body as any JSON; null when it is empty.</summary>
    public static async Task<JsonNode?> ReadNodeAsync(ApiRequest request, bool yaml = false)
    {
        using MemoryStream buffer = new((int)(request.Http.Request.ContentLength is > 0 and < Limit and var length ? length : 1024));
        var block = new byte[16 * 1024];
        int read;
        while ((read = await request.Http.Request.Body.ReadAsync(block, request.Aborted)) > 0)
        {
            if (buffer.Length + read > Limit)
                throw new ApiException(new ApiStatus(413, "RequestEntityTooLarge", $"Request entity too large: limit is {Limit}"));
            await buffer.WriteAsync(block.AsMemory(0, read), request.Aborted);
        }

        if (buffer.Length == 0) return null;
        var body = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        try
        {
            if (MediaType(request) == ProtobufBody.MediaType)
                return ProtobufBody.Parse(body.Span) ?? throw Refusals.UnsupportedMediaType("application/json, application/yaml");
            return yaml && !StartsJson(body.Span)
                ? YamlJson.Parse(System.Text.Encoding.UTF8.GetString(body.Span))
                : Whole(JsonNode.Parse(body.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 128 }));
        }
        catch (JsonException) when (!yaml)
        {
            // Go tells an end that came too early from a letter that does not belong there; a reader cares that it is no JSON.
            throw Refusals.BadRequest(request.Info.Verb == "patch"
                ? "error decoding patch: unexpected end of JSON input"
                : $"the object provided is unrecognized (must be of type {request.Type?.Kind}): couldn't get version/kind; json parse error: " +
                  $"unexpected end of JSON input ({System.Text.Encoding.UTF8.GetString(body.Span)})");
        }
        catch (Exception bad) when (bad is JsonException or YamlException or FormatException or ArgumentException)
        {
            throw Refusals.BadRequest($"error decoding the body: {bad.Message}");
        }
    }

    /// <summary>Looks at every member once: a tree tells of a member named twice only when it is looked at (ArgumentException).</summary>
    private static JsonNode? Whole(JsonNode? node)
    {
        if (node is JsonObject map)
            foreach (var (_, value) in map) Whole(value);
        else if (node is JsonArray list)
            foreach (var item in list) Whole(item);
        return node;
    }

    private static bool StartsJson(ReadOnlySpan<byte> body)
    {
        foreach (var letter in body)
            if (!char.IsWhiteSpace((char)letter)) return letter is (byte)'{' or (byte)'[';
        return false;
    }
}
