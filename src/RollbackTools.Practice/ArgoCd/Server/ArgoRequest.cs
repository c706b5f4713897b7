using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>One request for an application, or for many.</summary>
internal sealed class ArgoRequest(HttpContext http, string verb, string? name, string? argument)
{
    private JsonObject body = [];

    public HttpContext Http => http;

    /// <summary>get, list, watch, patch, update, rollback, sync, terminate, and what parts of an application are called.</summary>
    public string Verb => verb;

    public string Name => name ?? "";

    /// <summary>What a path names besides the application, such as a revision.</summary>
    public string Argument => argument ?? "";

    public ArgoAccount Account { get; set; } = null!;

    /// <summary>When the caller's token was issued: refusals say it.</summary>
    public DateTimeOffset IssuedAt { get; set; }

    public JsonObject Body => body;

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>A field of the body or of the query. The body of a spec's update is the spec: its fields say nothing of the request.</summary>
    public string? Field(string field) => (verb == "update" ? null : body.Text(field)) ?? Query(field);

    public string? Query(string key) => http.Request.Query.TryGetValue(key, out var values) && values[0] is { Length: > 0 } value ? value : null;

    public string? Project => Field("project") ?? Query("projects");

    public async Task ReadBodyAsync()
    {
        if (HttpMethods.IsGet(http.Request.Method)) return;
        using var reader = new StreamReader(http.Request.Body);
        var text = await reader.ReadToEndAsync(Aborted);
        if (text.Length == 0) return;
        try
        {
            body = JsonNode.Parse(text) as JsonObject ?? throw new ArgoRefusal(GrpcCode.InvalidArgument, "the body is no object");
        }
        catch (JsonException bad)
        {
            throw new ArgoRefusal(GrpcCode.InvalidArgument, bad.Message);
        }
    }

    public Task SendAsync(JsonNode answer, int status = 200) => ApiResponse.WriteAsync(http, json => answer.WriteTo(json), status);
}
