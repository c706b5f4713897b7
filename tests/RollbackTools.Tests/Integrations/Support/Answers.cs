using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace RollbackTools.Tests.Integrations.Support;

/// <summary>Answers as a Kubernetes API gives them, and faults as networks add them.</summary>
internal static class Answers
{
    public static RequestDelegate NotFound { get; } = Status(404, "NotFound", "deployments.apps \"api\" not found", name: "api");

    public static RequestDelegate Json(string body, int status = 200) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    };

    public static RequestDelegate Text(string body, int status = 200, string type = "text/plain") => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    };

    public static RequestDelegate Status(int code, string reason, string message, string? name = null, int? retryAfter = null) => async context =>
    {
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString();
        var details = name is null ? "" : $",\"details\":{{\"name\":\"{name}\",\"kind\":\"deployments\"}}";
        await Json($$"""
            {"kind":"Status","apiVersion":"v1","status":"Failure","message":{{JsonSerializer.Serialize(message)}},"reason":"{{reason}}","code":{{code}}{{details}}}
            """, code)(context);
    };

    /// <summary>Sends the lines, then ends the answer properly; or stays, or breaks it off.</summary>
    public static RequestDelegate Watch(IEnumerable<string> lines, bool stay = false, Task? resetAfter = null) => async context =>
    {
        context.Response.ContentType = "application/json;stream=watch";
        await context.Response.StartAsync();
        foreach (var line in lines) await context.Response.WriteAsync(line.ReplaceLineEndings("") + "\n");
        await context.Response.Body.FlushAsync();
        if (stay) await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        if (resetAfter is null) return;
        await resetAfter;
        context.Abort();
    };

    /// <summary>Promises more than it sends; Kestrel then cuts the stream, or on HTTP/1.1 the connection.</summary>
    public static RequestDelegate Truncated(string body) => async context =>
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(body) + 100;
        await context.Response.WriteAsync(body);
    };

    /// <summary>Cuts the whole connection before any answer.</summary>
    public static Task CutConnection(HttpContext context)
    {
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        context.Abort();
        return Task.CompletedTask;
    }

    public static async Task Silence(HttpContext context) =>
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    public static string Deployment(string name = "api", string version = "10", string image = "a:41") => $$$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{{name}}}}","namespace":"prod","uid":"u-{{{{name}}}}","resourceVersion":"{{{{version}}}}","generation":3},
        "spec":{"replicas":2,"selector":{"matchLabels":{"app":"{{{{name}}}}"}},"template":{"spec":{"containers":[{"name":"c","image":"{{{{image}}}}","unknownField":1}]}}},
        "status":{"observedGeneration":3,"replicas":2}}
        """;

    public static string List(string version, string? next, params string[] items)
    {
        var position = next is null ? "" : $",\"continue\":\"{next}\",\"remainingItemCount\":1";
        return $"{{\"kind\":\"DeploymentList\",\"metadata\":{{\"resourceVersion\":\"{version}\"{position}}},\"items\":[{string.Join(',', items)}]}}";
    }

    public static string Event(string type, string body) => $"{{\"type\":\"{type}\",\"object\":{body}}}";
}
