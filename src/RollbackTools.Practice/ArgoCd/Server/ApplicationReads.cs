using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.ArgoCd.Projects;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>get, list and what else can be asked about an application.</summary>
internal sealed class ApplicationReads(
    ObjectStore store, ResourceCatalog catalog, ArgoCdOptions options, ArgoGate gate, ApplicationJson json, ApplicationController controller,
    TimeProvider time)
{
    public async Task GetAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        gate.ProjectOf(application);
        var stored = request.Query("refresh") is { } refresh ? await RefreshAsync(application, refresh, request.Aborted) : application.Stored;
        await request.SendAsync(json.Show(stored));
    }

    public Task ListAsync(ArgoRequest request)
    {
        var selector = Kubernetes.Api.Reading.LabelSelector.Parse(request.Query("selector"));
        var snapshot = store.List(ArgoResources.Applications, request.Query("appNamespace"));
        var shown = snapshot.Items
            .Where(_ => request.Account.May("get"))
            .Where(item => request.Query("name") is not { } name || name == item.Name)
            .Where(item => request.Query("repo") is not { } repo || repo == item.Read.Text("spec", "source", "repoURL"))
            .Where(item => request.Project is not { } project || project == new ApplicationView(item, options.Namespace).Project)
            .Where(item => selector.Matches(item.Labels))
            .OrderBy(item => item.Name, StringComparer.Ordinal);
        return request.SendAsync(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = $"{snapshot.Version}" },
            ["items"] = new JsonArray([.. shown.Select(json.Show)]),
        });
    }

    public Task WindowsAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        var windows = SyncWindows.Of(gate.ProjectOf(application), application.Json);
        try
        {
            JsonObject answer = [];
            if (Show(windows.Active(time.GetUtcNow())) is { Count: > 0 } active) answer["activeWindows"] = active;
            if (Show(windows.Assigned) is { Count: > 0 } assigned) answer["assignedWindows"] = assigned;
            answer["canSync"] = windows.CanSync(manual: true, time.GetUtcNow(), started: null);
            return request.SendAsync(answer);
        }
        catch (FormatException bad)
        {
            throw new ArgoRefusal(GrpcCode.Unknown, $"invalid sync windows: {bad.Message}");
        }

        static JsonArray Show(IReadOnlyList<SyncWindow> some) => new([.. some.Select(window => new JsonObject
        {
            ["kind"] = window.Json.Text("kind"),
            ["schedule"] = window.Json.Text("schedule"),
            ["duration"] = window.Json.Text("duration"),
            ["manualSync"] = window.ManualSync,
        })]);
    }

    public async Task CommitAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        var commit = await AskAsync(cancellation =>
            options.Renderer.DescribeAsync(Source(application, request).Text("repoURL") ?? "", request.Argument, cancellation), request.Aborted);
        await request.SendAsync(new JsonObject
        {
            ["author"] = commit.Author,
            ["date"] = ObjectStore.Timestamp(commit.Date),
            ["message"] = commit.Message,
        });
    }

    /// <summary>The manifests of the spec's sources, or of their <c>revision</c>.</summary>
    public async Task ManifestsAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        var wanted = SourcePins.OfSpec(application.Json);
        if (request.Query("revision") is { } revision) wanted = wanted with { Revisions = [.. wanted.Sources.Select(_ => revision)] };
        var desired = await Desired.RenderAsync(options.Renderer, application.Key, wanted, known: null, request.Aborted);
        if (desired.Error is { } error) throw new ArgoRefusal(GrpcCode.Unknown, error);
        await request.SendAsync(new JsonObject
        {
            ["manifests"] = new JsonArray([.. desired.Manifests.Select(manifest => (JsonNode)ApplicationJson.Text(manifest))]),
            ["namespace"] = application.DestinationNamespace,
            ["server"] = application.Json.Text("spec", "destination", "server"),
            ["revision"] = desired.Pins.Revisions.FirstOrDefault(),
        });
    }

    public Task ManagedResourcesAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        return request.SendAsync(new JsonObject
        {
            ["items"] = new JsonArray([.. (controller.Compared(application.Key)?.Resources ?? []).Select(Show)]),
        });

        static JsonObject Show(ManagedResource one)
        {
            var item = one.Id.ToJson();
            item.Remove("version");
            item["targetState"] = ApplicationJson.Text(one.Target);
            foreach (var state in (string[])["liveState", "normalizedLiveState"]) item[state] = ApplicationJson.Text(one.Live?.Read);
            item["predictedLiveState"] = ApplicationJson.Text(one.Predicted);
            if (one.Live is { } live) item["resourceVersion"] = $"{live.Version}";
            item["modified"] = !one.InSync;
            return item;
        }
    }

    /// <summary>What is deployed and what follows from it, as far down as owner references go.</summary>
    public Task TreeAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        var children = catalog.Types.Where(type => type != Resources.Events).SelectMany(type => store.List(type, application.DestinationNamespace).Items)
            .SelectMany(item => item.Read.Items("metadata", "ownerReferences").Select(owner => (Owner: owner.Text("uid"), Item: item)))
            .ToLookup(pair => pair.Owner, pair => pair.Item);
        JsonArray nodes = [];
        foreach (var root in (controller.Compared(application.Key)?.Resources ?? []).Select(one => one.Live).OfType<StoredObject>()) Add(root, null);
        return request.SendAsync(new JsonObject { ["nodes"] = nodes });

        void Add(StoredObject item, StoredObject? parent)
        {
            var node = Reference(item);
            if (parent is not null) node["parentRefs"] = new JsonArray(Reference(parent));
            node["resourceVersion"] = $"{item.Version}";
            node["createdAt"] = item.Created();
            if (ResourceHealth.Of(item) is { } health) node["health"] = ApplicationJson.Show(health);
            if (item.Read.Items("spec", "containers").Select(container => container.Text("image")).OfType<string>().ToList() is { Count: > 0 } images)
                node["images"] = new JsonArray([.. images.Select(image => (JsonNode)image)]);
            nodes.Add((JsonNode)node);
            foreach (var child in children[item.Uid()]) Add(child, item);
        }

        static JsonObject Reference(StoredObject item)
        {
            var json = ResourceId.Of(item.Read, item.Namespace).ToJson();
            json["uid"] = item.Uid();
            return json;
        }
    }

    /// <summary>Sets the refresh annotation and waits until the controller has taken it away, for as long as the caller does.</summary>
    private async Task<StoredObject> RefreshAsync(ApplicationView application, string refresh, CancellationToken cancellation)
    {
        var (ns, name) = (application.Key.Namespace, application.Key.Name);
        var asked = store.Update(ArgoResources.Applications, ns, name, body =>
        {
            var annotations = body.Child("metadata").Child("annotations");
            annotations[ArgoNames.Refresh] = refresh == "hard" ? "hard" : "normal";
            annotations[ArgoNames.RefreshTimestamp] = time.GetUtcNow().ToString("O");
            return true;
        }) ?? throw ArgoRefusal.Denied();
        using var changes = store.Open(ArgoResources.Applications, asked.Version, change => change.Object.Name == name && change.Object.Namespace == ns);
        await foreach (var change in changes.Events.ReadAllAsync(cancellation))
            if (change.Object.Annotation(ArgoNames.Refresh) is null) return change.Object;
        throw new ArgoRefusal(GrpcCode.Unknown, "application refresh deadline exceeded");
    }

    private static JsonObject Source(ApplicationView application, ArgoRequest request)
    {
        var sources = SourcePins.OfSpec(application.Json).Sources;
        var at = int.TryParse(request.Query("sourceIndex"), out var index) ? index : 0;
        return at >= 0 && at < sources.Count ? sources[at] : throw new ArgoRefusal(GrpcCode.Unknown, "source index is out of range");
    }

    private static async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask(cancellation);
        }
        catch (SourceException bad)
        {
            throw new ArgoRefusal(GrpcCode.Unknown, bad.Message);
        }
    }
}
