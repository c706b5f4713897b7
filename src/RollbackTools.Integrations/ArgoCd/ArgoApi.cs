using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.ArgoCd;

/// <summary>Argo CD over its API server (<c>server/application/application.proto</c>).</summary>
internal sealed class ArgoApi(ArgoCdOptions options, TimeSpan timeout, HostEnvironment host) : IArgoCd, IDisposable
{
    // What something on the way forgot is not waited on for ever; the next connection begins with the present state.
    private static readonly TimeSpan StreamLife = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A server that restarts is back within that; one that is not is told of.
    private static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(2);

    // The server answers a refresh when the controller is done with it.
    private static readonly TimeSpan RefreshPatience = TimeSpan.FromMinutes(1);

    private readonly ArgoTransport _transport = new(options, timeout, host);
    private readonly ArgoTransport _patient = new(options, timeout > RefreshPatience ? timeout : RefreshPatience, host);

    public string Server => options.Server.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>What results call an estate that is nothing but this.</summary>
    public string Host => options.Server.Host;

    public bool CanRunHooks(ArgoApplication application, ApplicationVersion? version) => version is null || IsOfSpec(application, version);

    public async Task<ArgoApplication> GetAsync(ApplicationName name, ArgoRefresh refresh, CancellationToken cancellation)
    {
        var transport = refresh == ArgoRefresh.None ? _transport : _patient;
        var query = Where(name).Add("refresh", refresh switch { ArgoRefresh.Normal => "normal", ArgoRefresh.Hard => "hard", _ => null });
        return Application(await transport.SendAsync(Get("get", name, "", query), cancellation).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<ArgoApplication>> ListAsync(string? ns, CancellationToken cancellation)
    {
        QueryString query = new();
        query.Add("appNamespace", Given(ns)).Add("projects", options.Project);
        var list = await _transport.SendAsync(new ArgoRequest(HttpMethod.Get, "list", "api/v1/applications") { Query = query.ToString() }, cancellation).ConfigureAwait(false);
        return [.. list.Items("items").Select(Application)];
    }

    public async IAsyncEnumerable<ArgoApplication?> WatchAsync(ApplicationName name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long? heardAt = null;
        while (true)
        {
            ArgoApplication? now = null;
            var away = false;
            try
            {
                now = await GetAsync(name, ArgoRefresh.None, cancellation).ConfigureAwait(false);
                heardAt = host.Time.GetTimestamp();
            }
            catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
            {
                // Null ends it.
            }
            catch (EstateException passing) when (IsPassing(passing) && heardAt is { } last && host.Time.GetElapsedTime(last) < LongestOutage)
            {
                away = true;
            }

            if (!away)
            {
                yield return now;
                if (now is null) yield break;
                await foreach (var change in StreamAsync(name, now.Metadata.ResourceVersion, cancellation).ConfigureAwait(false))
                {
                    yield return change;
                    if (change is null) yield break;
                    heardAt = host.Time.GetTimestamp();
                }
            }

            await Task.Delay(Pause, host.Time, cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsPassing(EstateException refusal) => refusal.Kind is EstateErrorKind.Unreachable or EstateErrorKind.Overloaded or EstateErrorKind.Server;

    public Task<ArgoApplication> ChangeAsync(ArgoApplication read, ApplicationChange change, CancellationToken cancellation) =>
        WriteAsync(HttpMethod.Patch, "update", read.Name, "", ArgoBodies.Change(read, change), cancellation);

    public Task<ArgoApplication> StartSyncAsync(ArgoApplication read, SyncRequest request, CancellationToken cancellation)
    {
        if (request.Version is null || IsOfSpec(read, request.Version)) return WriteAsync(HttpMethod.Post, "sync", read.Name, "/sync", ArgoBodies.Sync(request), cancellation);
        if (request.Only.Count > 0)
        {
            throw new EstateException(EstateErrorKind.Rejected,
                $"{read} cannot go to {request.Version.Describe()} over Argo CD's API without some of its objects: its source was another then. In the cluster it can: leave -ArgoServer out.");
        }

        if (request.HistoryId is { } id) return WriteAsync(HttpMethod.Post, "rollback", read.Name, "/rollback", ArgoBodies.Rollback(id, request), cancellation);
        throw new EstateException(EstateErrorKind.Rejected,
            $"{read} cannot go to {request.Version.Describe()} over Argo CD's API: its source was another then, and the history does not hold it. In the cluster it can: leave -ArgoServer out.");
    }

    public Task TerminateAsync(ArgoApplication read, CancellationToken cancellation) =>
        _transport.SendAsync(new ArgoRequest(HttpMethod.Delete, "terminate", Path(read.Name, "/operation")) { Application = read.Name, Query = Where(read.Name).ToString() }, cancellation);

    public async Task<IReadOnlyList<SyncWindow>> GetWindowsAsync(ArgoApplication application, CancellationToken cancellation)
    {
        try
        {
            var project = await _transport.SendAsync(
                new ArgoRequest(HttpMethod.Get, "get", $"api/v1/projects/{Uri.EscapeDataString(application.Project)}"), cancellation).ConfigureAwait(false);
            return [.. project.Items("spec", "syncWindows").Select(SyncWindow.Of)];
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden or EstateErrorKind.NotFound)
        {
            // Who may not read the project is still told which of its windows concern the application.
            var windows = await _transport.SendAsync(Get("get", application.Name, "/syncwindows", Where(application.Name)), cancellation).ConfigureAwait(false);
            return [.. windows.Items("assignedWindows").Select(window => SyncWindow.Of(window) with { Applications = ["*"] })];
        }
    }

    public async Task<ArgoCommit?> DescribeAsync(ArgoApplication application, string revision, CancellationToken cancellation)
    {
        var told = await _transport.SendAsync(
            Get("get", application.Name, $"/revisions/{Uri.EscapeDataString(revision)}/metadata", Where(application.Name)), cancellation).ConfigureAwait(false);
        return new ArgoCommit(told.Text("author") ?? "", told.Moment("date"), told.Text("message") ?? "");
    }

    public void Dispose()
    {
        _transport.Dispose();
        _patient.Dispose();
    }

    private async IAsyncEnumerable<ArgoApplication?> StreamAsync(ApplicationName name, string version, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = Where(name).Add("name", name.Name).Add("resourceVersion", version);
        ArgoRequest request = new(HttpMethod.Get, "watch", "api/v1/stream/applications") { Application = name, Query = query.ToString() };
        using var life = new CancellationTokenSource(StreamLife, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(life.Token, cancellation);
        using var response = await OpenAsync(request, cancellation).ConfigureAwait(false);
        if (response is null) yield break;
        using LineReader lines = new(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), 32 * 1024 * 1024);
        while (await NextAsync(lines, either.Token, cancellation).ConfigureAwait(false) is { } change)
        {
            if (change.At("application") is not { } application) continue;
            yield return change.Text("type") == "DELETED" ? null : Application(application);
        }
    }

    /// <summary>Null where the next reading tells more: the server is away for a moment, or the token has expired and is looked up again.</summary>
    private async Task<HttpResponseMessage?> OpenAsync(ArgoRequest request, CancellationToken cancellation)
    {
        try
        {
            return await _transport.OpenAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (EstateException passing) when (IsPassing(passing) || passing.Kind == EstateErrorKind.Unauthenticated)
        {
            return null;
        }
    }

    /// <summary>The next <c>result</c>; null at the end of the connection, expected or cut.</summary>
    private static async Task<JsonElement?> NextAsync(LineReader lines, CancellationToken either, CancellationToken cancellation)
    {
        try
        {
            while (await lines.ReadAsync(either).ConfigureAwait(false) is { IsPartial: false, IsCut: false } line)
            {
                if (line.Bytes.IsEmpty) continue;
                using var document = JsonDocument.Parse(line.Bytes);
                return document.RootElement.At("result")?.Clone();
            }

            return null;
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException or JsonException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    private async Task<ArgoApplication> WriteAsync(HttpMethod method, string verb, ApplicationName name, string action, JsonObject body, CancellationToken cancellation)
    {
        body["name"] = name.Name;
        if (Given(name.Namespace) is { } ns) body["appNamespace"] = ns;
        if (options.Project is { } project) body["project"] = project;
        return Application(await _transport.SendAsync(
            new ArgoRequest(method, verb, Path(name, action)) { Application = name, Body = ArgoBodies.Bytes(body) }, cancellation).ConfigureAwait(false));
    }

    private static ArgoRequest Get(string verb, ApplicationName name, string action, QueryString query) =>
        new(HttpMethod.Get, verb, Path(name, action)) { Application = name, Query = query.ToString() };

    private static string Path(ApplicationName name, string action) => $"api/v1/applications/{Uri.EscapeDataString(name.Name)}{action}";

    private QueryString Where(ApplicationName name) => new QueryString().Add("appNamespace", Given(name.Namespace)).Add("project", options.Project);

    // A server that lives elsewhere refuses a namespace it was not told of: only one that was asked for is named.
    private static string? Given(string? ns) => ns == ApplicationName.DefaultNamespace ? null : ns;

    private static bool IsOfSpec(ArgoApplication application, ApplicationVersion version) =>
        application.Sources.Count == version.Sources.Count
        && application.Sources.Zip(version.Sources).All(pair => JsonSame.AsIn(WithoutTarget(pair.First), WithoutTarget(pair.Second)));

    // The revision is said beside it; which branch it was found on does not change what is rendered.
    private static JsonElement WithoutTarget(JsonElement source)
    {
        var copy = JsonObject.Create(source)!;
        copy.Remove("targetRevision");
        using var document = JsonDocument.Parse(copy.ToJsonString());
        return document.RootElement.Clone();
    }

    private static ArgoApplication Application(JsonElement json) => new(new CustomResource(json));
}
