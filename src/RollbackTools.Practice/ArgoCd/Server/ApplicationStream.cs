using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>
/// <c>GET /stream/applications</c>: one JSON object a line, or server-sent events for who accepts those. Starts with what there is,
/// unless a version is given; for a single application it does so all the same, lest its watcher miss anything.
/// </summary>
internal sealed class ApplicationStream(ObjectStore store, ArgoCdOptions options, ApplicationJson json)
{
    public async Task FollowAsync(ArgoRequest request)
    {
        var response = request.Http.Response;
        var events = request.Http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal);
        response.ContentType = events ? "text/event-stream" : "application/json";
        await response.StartAsync(request.Aborted);

        var snapshot = store.List(ArgoResources.Applications);
        using var changes = store.Open(ArgoResources.Applications, snapshot.Version);
        var from = long.TryParse(request.Query("resourceVersion"), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
        if (request.Query("resourceVersion") is null || request.Query("name") is not null)
            foreach (var item in snapshot.Items) await SendAsync("ADDED", item);
        await response.Body.FlushAsync(request.Aborted);
        await foreach (var change in changes.Events.ReadAllAsync(request.Aborted))
        {
            await SendAsync(change.Type.ToString().ToUpperInvariant(), change.Object);
            await response.Body.FlushAsync(request.Aborted);
        }

        async Task SendAsync(string type, StoredObject item)
        {
            if (!Concerns(request, item) || item.Version < from) return;
            JsonObject message = new() { ["result"] = new JsonObject { ["type"] = type, ["application"] = json.Show(item) } };
            var text = message.ToJsonString();
            await response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(events ? $"data: {text}\n\n" : text + "\n"), request.Aborted);
        }
    }

    private bool Concerns(ArgoRequest request, StoredObject item) => request.Account.May("get")
        && item.Namespace == (request.Query("appNamespace") ?? options.Namespace)
        && (request.Query("name") is not { } name || name == item.Name)
        && (request.Project is not { } project || project == new ApplicationView(item, options.Namespace).Project);
}
