using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>One request from start to end: content type, faults, who, what, answer.</summary>
internal sealed class ArgoPipeline(
    ArgoCdOptions options, ArgoGate gate, ArgoAccounts accounts, ApplicationReads reads, ApplicationWrites writes, OperationCalls operations,
    ApplicationStream stream, TimeProvider time)
{
    private readonly FaultStep faults = new(options.Faults, time);

    public RequestLog Requests { get; } = new();

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            // The whole header, to the letter: a charset is one letter too many.
            if (!HttpMethods.IsGet(http.Request.Method) && !string.Equals(http.Request.ContentType, "application/json", StringComparison.OrdinalIgnoreCase))
            {
                await ApiResponse.WriteAsync(http, "Invalid content type\n"u8.ToArray(), 415, "text/plain; charset=utf-8");
                return;
            }

            var request = Route(http) ?? throw new ArgoRefusal(GrpcCode.NotFound, "Not Found");
            await ServeAsync(request);
        }
        catch (ArgoRefusal refusal)
        {
            if (!http.Response.HasStarted) await RefuseAsync(http, refusal);
        }
        catch (ApiException refusal)
        {
            if (refusal.Status.RetryAfterSeconds is { } seconds) http.Response.Headers.RetryAfter = $"{seconds}";
            if (!http.Response.HasStarted) await RefuseAsync(http, ArgoRefusal.From(refusal.Status.Code, refusal.Message));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; nobody is left to answer.
        }
        catch (Exception bug) when (!http.Response.HasStarted && bug is not IOException)
        {
            await RefuseAsync(http, new ArgoRefusal(GrpcCode.Internal, bug.Message));
        }
    }

    private static Task RefuseAsync(HttpContext http, ArgoRefusal refusal)
    {
        var body = refusal.ToJson();
        return ApiResponse.WriteAsync(http, json => body.WriteTo(json), refusal.HttpStatus);
    }

    private async Task ServeAsync(ArgoRequest request)
    {
        ApiRequest struck = new(request.Http, new RequestInfo
        {
            IsResource = true,
            Verb = request.Verb,
            Path = request.Http.Request.Path,
            Group = ArgoResources.Applications.Group,
            Resource = ArgoResources.Applications.Plural,
            Name = request.Name.Length > 0 ? request.Name : null,
        });
        Requests.Count(request.Verb, ArgoResources.Applications.Plural);
        if (!await faults.BeforeAsync(struck)) return;
        await request.ReadBodyAsync();
        if (request.Verb is not ("login" or "version")) gate.Identify(request);
        await AnswerAsync(request);
        FaultStep.After(struck);
    }

    private Task AnswerAsync(ArgoRequest request) => request.Verb switch
    {
        "version" => request.SendAsync(new JsonObject { ["Version"] = options.Version }),
        "login" => LogInAsync(request),
        "userinfo" => request.SendAsync(new JsonObject { ["loggedIn"] = true, ["username"] = request.Account.Name, ["iss"] = "argocd" }),
        "list" => reads.ListAsync(request),
        "watch" => stream.FollowAsync(request),
        "get" => reads.GetAsync(request),
        "syncwindows" => reads.WindowsAsync(request),
        "metadata" => reads.CommitAsync(request),
        "manifests" => reads.ManifestsAsync(request),
        "managed-resources" => reads.ManagedResourcesAsync(request),
        "resource-tree" => reads.TreeAsync(request),
        "patch" => writes.PatchAsync(request),
        "update" => writes.SetSpecAsync(request),
        "rollback" => operations.RollBackAsync(request),
        "sync" => operations.SyncAsync(request),
        _ => operations.TerminateAsync(request),
    };

    private Task LogInAsync(ArgoRequest request) =>
        accounts.LogIn(request.Body.Text("username") ?? "", request.Body.Text("password") ?? "") is { } token
            ? request.SendAsync(new JsonObject { ["token"] = token })
            : throw new ArgoRefusal(GrpcCode.Unauthenticated, "Invalid username or password");

    private static ArgoRequest? Route(HttpContext http)
    {
        var path = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        (string Verb, string? Name, string? Argument)? route = (http.Request.Method, path) switch
        {
            ("GET", ["api", "version"]) => ("version", null, null),
            ("POST", ["api", "v1", "session"]) => ("login", null, null),
            ("GET", ["api", "v1", "session", "userinfo"]) => ("userinfo", null, null),
            ("GET", ["api", "v1", "stream", "applications"]) => ("watch", null, null),
            ("GET", ["api", "v1", "applications"]) => ("list", null, null),
            ("GET", ["api", "v1", "applications", var name]) => ("get", name, null),
            ("PATCH", ["api", "v1", "applications", var name]) => ("patch", name, null),
            ("PUT", ["api", "v1", "applications", var name, "spec"]) => ("update", name, null),
            ("POST", ["api", "v1", "applications", var name, "rollback"]) => ("rollback", name, null),
            ("POST", ["api", "v1", "applications", var name, "sync"]) => ("sync", name, null),
            ("DELETE", ["api", "v1", "applications", var name, "operation"]) => ("terminate", name, null),
            ("GET", ["api", "v1", "applications", var name, "syncwindows" or "manifests" or "managed-resources" or "resource-tree"]) => (path[4], name, null),
            ("GET", ["api", "v1", "applications", var name, "revisions", var revision, "metadata"]) => ("metadata", name, revision),
            _ => null,
        };
        return route is { } known ? new ArgoRequest(http, known.Verb, known.Name, known.Argument) : null;
    }
}
