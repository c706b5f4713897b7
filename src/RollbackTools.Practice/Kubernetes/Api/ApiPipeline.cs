using Microsoft.AspNetCore.Http;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Practice.Kubernetes.Api.Discovery;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>One request from start to end: count, faults, who, may he, what, answer.</summary>
internal sealed class ApiPipeline
{
    private readonly ApiContext context;
    private readonly Gatekeeper gatekeeper;
    private readonly FaultStep faults;
    private readonly ReviewHandler reviews;
    private readonly DiscoveryHandler discovery;
    private readonly OpenApiHandler openApi = new();
    private readonly PracticeEndpoints practice;
    private readonly ReadHandler reader;
    private readonly WatchHandler watcher;
    private readonly LogHandler logs;
    private readonly WriteHandler writer;
    private readonly PatchHandler patcher;
    private readonly ScaleHandler scaler;
    private readonly DeleteHandler deleter;

    public ApiPipeline(ApiContext context, Authenticator authenticator)
    {
        this.context = context;
        gatekeeper = new Gatekeeper(authenticator, context.Policy);
        faults = new FaultStep(context.Options.Faults, context.Time);
        reviews = new ReviewHandler(context.Policy);
        discovery = new DiscoveryHandler(context);
        practice = new PracticeEndpoints(context.Options.Faults, Requests);
        reader = new ReadHandler(context);
        watcher = new WatchHandler(context);
        logs = new LogHandler(context);
        ObjectWriter objects = new(context.Store, Admission, context.Time, context.Catalog);
        writer = new WriteHandler(context, objects, reader);
        patcher = new PatchHandler(context, objects, reader);
        scaler = new ScaleHandler(context, objects);
        deleter = new DeleteHandler(context, objects, reader);
    }

    public RequestLog Requests { get; } = new();

    public AdmissionChain Admission => context.Options.Admission;

    public void ExpireContinueTokens() => reader.Pages.Expire();

    public async Task HandleAsync(HttpContext http)
    {
        ApiRequest request = new(http, Parse(http));
        http.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
        try
        {
            await ServeAsync(request);
        }
        catch (ApiException refusal)
        {
            if (http.Response.HasStarted) return;
            if (refusal.Status.Message == Refusals.PlainNotFound) await ApiResponse.WriteTextAsync(http, Refusals.PlainNotFound, 404);
            else await ApiResponse.WriteAsync(http, refusal.Status);
        }
        catch (OperationCanceledException) when (request.Aborted.IsCancellationRequested)
        {
            // The caller went away; nobody is left to answer.
        }
        catch (Exception bug) when (!http.Response.HasStarted && bug is not IOException)
        {
            await ApiResponse.WriteAsync(http, new ApiStatus(500, "InternalError", $"Internal error occurred: {bug.GetType().Name}: {bug.Message}"));
        }

        FaultStep.After(request);
    }

    private static RequestInfo Parse(HttpContext http)
    {
        var query = http.Request.Query;
        var watch = query.TryGetValue("watch", out var value) && value[0] is "true" or "1" or "True";
        string? name = null;
        try
        {
            if (query.TryGetValue("fieldSelector", out var fields)) name = FieldSelector.Parse(fields[0]).Name;
        }
        catch (FormatException)
        {
            // The handler refuses it, once it is known who asks.
        }

        // A slash that came as %2F is a slash, as in Go's URL.Path.
        return RequestInfo.Parse(http.Request.Method, Uri.UnescapeDataString(http.Request.Path.Value ?? "/"), watch, name);
    }

    private async Task ServeAsync(ApiRequest request)
    {
        var info = request.Info;
        if (!info.Path.StartsWith("/practice/", StringComparison.Ordinal))
        {
            Requests.Count(info.Verb, !info.IsResource ? info.Path : info.Subresource is null ? info.Resource : $"{info.Resource}/{info.Subresource}");
            await context.Options.Known.CheckAsync(request);
            if (!await faults.BeforeAsync(request)) return;
        }

        request.User = gatekeeper.Admit(request);
        if (info.IsResource) await ServeResourceAsync(request);
        else if (!await ServePathAsync(request)) throw Refusals.NoSuchPath();
    }

    private async Task<bool> ServePathAsync(ApiRequest request)
    {
        var path = request.Info.Path;
        if (path.StartsWith("/practice/", StringComparison.Ordinal)) return await practice.TryHandleAsync(request);
        if (request.Info.Verb is not ("get" or "head")) throw Refusals.MethodNotAllowed();
        if (path is "/healthz" or "/livez" or "/readyz" || path.StartsWith("/healthz/", StringComparison.Ordinal))
        {
            await ApiResponse.WriteTextAsync(request.Http, "ok");
            return true;
        }

        return await openApi.TryHandleAsync(request, context.Catalog) || await discovery.TryHandleAsync(request);
    }

    private async Task ServeResourceAsync(ApiRequest request)
    {
        if (await reviews.TryHandleAsync(request)) return;
        var info = request.Info;
        if (info.HasExcess) throw Refusals.NoSuchResource();
        request.View = context.Catalog.Views.FirstOrDefault(view =>
            view.Group == info.Group && view.Version == info.Version && view.Stored.Plural == info.Resource);
        request.Type = request.View?.Stored ?? context.Catalog.Find(info.Group, info.Version, info.Resource)
            ?? throw (IsServed(info.Group, info.Version) ? Refusals.NoSuchResource() : Refusals.NoSuchPath());
        if (request.View is { Back: null } && info.Verb is not ("get" or "list" or "watch")) throw Refusals.MethodNotAllowed();
        if (info.Namespace is not null && !request.Type.Namespaced && info.Resource != "namespaces") throw Refusals.NoSuchResource();
        if (info.Namespace is null && request.Type.Namespaced && info.Name is not null && info.Verb is not ("list" or "watch" or "deletecollection"))
            throw Refusals.NoSuchResource();

        await (info.Subresource is null ? ServeObjectAsync(request) : ServeSubresourceAsync(request));
    }

    private bool IsServed(string group, string version) => context.Catalog.Types.Any(type => type.Group == group && type.Version == version)
        || context.Catalog.Views.Any(view => view.Group == group && view.Version == version);

    private Task ServeObjectAsync(ApiRequest request) => request.Info.Verb switch
    {
        "get" => reader.GetAsync(request),
        "list" => reader.ListAsync(request),
        "watch" => watcher.WatchAsync(request),
        "create" when request.Info.Name is null => writer.CreateAsync(request),
        "update" when request.Info.Name is not null => writer.UpdateAsync(request),
        "patch" when request.Info.Name is not null => patcher.PatchAsync(request),
        "delete" => deleter.DeleteAsync(request),
        "deletecollection" when request.Type != Resources.Namespaces => deleter.DeleteCollectionAsync(request),
        _ => throw Refusals.MethodNotAllowed(),
    };

    private Task ServeSubresourceAsync(ApiRequest request)
    {
        if (!request.Type.Subresources.Contains(request.Info.Subresource!)) throw Refusals.NoSuchResource();
        return (request.Info.Subresource, request.Info.Verb) switch
        {
            ("status", "get") => reader.GetAsync(request),
            ("status", "update") => writer.UpdateAsync(request),
            ("status", "patch") => patcher.PatchAsync(request),
            ("scale", _) => scaler.HandleAsync(request),
            ("log", _) => logs.HandleAsync(request),
            ("eviction", "create") => deleter.EvictAsync(request),
            _ => throw Refusals.MethodNotAllowed(),
        };
    }
}
