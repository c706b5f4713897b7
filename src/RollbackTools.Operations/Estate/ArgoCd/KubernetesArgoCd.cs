using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>
/// Argo CD over its Applications in the cluster: no Argo CD credentials, and hooks run on the way back too. Status and operation
/// are written through the object itself, since the kind has no status subresource.
/// </summary>
public sealed class KubernetesArgoCd(ICluster cluster, TimeProvider time) : IArgoCd
{
    private const string RefreshAnnotation = "argocd.argoproj.io/refresh";

    private static readonly TimeSpan RefreshPatience = TimeSpan.FromMinutes(1);

    private static readonly WriteOptions IfUnchanged = new() { Conditional = true };

    public string Server => cluster.Info.Server;

    public bool CanRunHooks(ArgoApplication application, ApplicationVersion? version) => true;

    public async Task<ArgoApplication> GetAsync(ApplicationName name, ArgoRefresh refresh, CancellationToken cancellation)
    {
        if (refresh == ArgoRefresh.None) return new(await cluster.GetAsync(ArgoKinds.Applications, name.Namespace, name.Name, cancellation));
        JsonObject body = new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [RefreshAnnotation] = refresh == ArgoRefresh.Hard ? "hard" : "normal" } } };
        ArgoApplication asked = new(await cluster.PatchAsync(ArgoKinds.Applications, name.Namespace, name.Name, Merge(body), WriteOptions.Default, cancellation));
        return await RefreshedAsync(asked, cancellation);
    }

    public async Task<IReadOnlyList<ArgoApplication>> ListAsync(string? ns, CancellationToken cancellation)
    {
        var list = await cluster.ListAsync(ArgoKinds.Applications, ns, ListFilter.None, cancellation);
        return [.. list.Items.Select(item => new ArgoApplication(item))];
    }

    public async IAsyncEnumerable<ArgoApplication?> WatchAsync(ApplicationName name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var change in cluster.WatchAsync(ArgoKinds.Applications, name.Namespace, ListFilter.Named(name.Name), null, cancellation))
        {
            var now = change.Type switch
            {
                WatchEventType.Snapshot => change.Snapshot.FirstOrDefault(),
                WatchEventType.Deleted => null,
                _ => change.Object,
            };
            yield return now is null ? null : new ArgoApplication(now);
            if (now is null) yield break;
        }
    }

    public async Task<ArgoApplication> ChangeAsync(ArgoApplication read, ApplicationChange change, CancellationToken cancellation)
    {
        JsonObject metadata = new() { ["resourceVersion"] = read.Metadata.ResourceVersion };
        if (change.Annotations.Count > 0)
            metadata["annotations"] = new JsonObject(change.Annotations.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.To)));
        JsonObject body = new() { ["metadata"] = metadata };
        JsonObject spec = [];
        if (change.Policy) spec["syncPolicy"] = new JsonObject { ["automated"] = MergeOf(change.AutomatedFrom, change.AutomatedTo) };
        if (change.Source is { } source) spec["source"] = new JsonObject { [source.Tool] = new JsonObject { [source.Field] = source.To is { } list ? JsonArray.Create(list) : null } };
        if (spec.Count > 0) body["spec"] = spec;
        return await WriteAsync(read, body, cancellation);
    }

    public Task<ArgoApplication> StartSyncAsync(ArgoApplication read, SyncRequest request, CancellationToken cancellation)
    {
        if (read.IsOperating) throw InProgress(read);
        // operationState must go: while it says Running the controller takes up the old operation and forgets ours.
        return WriteAsync(read, new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = read.Metadata.ResourceVersion },
            ["operation"] = Operation(request),
            ["status"] = new JsonObject { ["operationState"] = null },
        }, cancellation);
    }

    public async Task TerminateAsync(ArgoApplication read, CancellationToken cancellation)
    {
        JsonObject body = new() { ["metadata"] = new JsonObject { ["resourceVersion"] = read.Metadata.ResourceVersion } };
        if (read.OperationState is { Ended: false, BlockedByWindow: false })
        {
            body["status"] = new JsonObject { ["operationState"] = new JsonObject { ["phase"] = "Terminating" } };
        }
        else
        {
            // Nobody has taken it up, or a window holds it back, which would hold back its termination too (argo-cd#25361): it is withdrawn.
            body["operation"] = null;
            if (read.OperationState is { Ended: false })
                body["status"] = new JsonObject { ["operationState"] = new JsonObject { ["phase"] = "Failed", ["message"] = "Operation withdrawn", ["finishedAt"] = Now() } };
        }

        await WriteAsync(read, body, cancellation);
    }

    public async Task<IReadOnlyList<SyncWindow>> GetWindowsAsync(ArgoApplication application, CancellationToken cancellation)
    {
        var project = await ProjectAsync(application, cancellation);
        return [.. project.Json.Items("spec", "syncWindows").Select(SyncWindow.Of)];
    }

    public Task<ArgoCommit?> DescribeAsync(ArgoApplication application, string revision, CancellationToken cancellation) => Task.FromResult<ArgoCommit?>(null);

    // Projects lie in Argo CD's own namespace. Where the application does not say which that is, it lies there itself, or Argo CD is where it usually is.
    private async Task<CustomResource> ProjectAsync(ArgoApplication application, CancellationToken cancellation)
    {
        IReadOnlyList<string> places = application.ControllerNamespace is { Length: > 0 } own ? [own]
            : [.. new[] { application.Metadata.Namespace, ApplicationName.DefaultNamespace }.Distinct()];
        foreach (var place in places)
        {
            try
            {
                return await cluster.GetAsync(ArgoKinds.Projects, place, application.Project, cancellation);
            }
            catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
            {
                // Perhaps in the next.
            }
        }

        throw new EstateException(EstateErrorKind.NotFound, $"There is no AppProject '{application.Project}' in namespace {string.Join(" or ", places)}")
        {
            Recommendation = "kubectl get appprojects -A",
        };
    }

    private async Task<ArgoApplication> RefreshedAsync(ArgoApplication asked, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = new(RefreshPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await foreach (var now in WatchAsync(asked.Name, either.Token))
            {
                if (now is null) throw new EstateException(EstateErrorKind.NotFound, $"{asked} in {asked.Metadata.Namespace} was deleted while it was refreshed.");
                if (now.Annotation(RefreshAnnotation) is null) return now;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Said below.
        }

        throw new EstateException(EstateErrorKind.Overloaded,
            $"Argo CD has not refreshed {asked} in {asked.Metadata.Namespace} within {RefreshPatience.TotalSeconds:0} s: its application controller is down, busy or does not watch that namespace.")
        {
            Recommendation = $"kubectl get pods -n {asked.Metadata.Namespace} -l app.kubernetes.io/name=argocd-application-controller",
        };
    }

    private async Task<ArgoApplication> WriteAsync(ArgoApplication read, JsonObject body, CancellationToken cancellation) =>
        new(await cluster.PatchAsync(ArgoKinds.Applications, read.Metadata.Namespace, read.Metadata.Name, Merge(body), IfUnchanged, cancellation));

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Patch Merge(JsonObject body) => new(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));

    // A merge patch adds and replaces; what is to go must be named.
    private static JsonNode? MergeOf(JsonElement? from, JsonElement? to)
    {
        if (to is not { } wanted) return null;
        var patch = JsonObject.Create(wanted)!;
        if (from is { ValueKind: JsonValueKind.Object } before)
            foreach (var gone in before.EnumerateObject().Where(field => !patch.ContainsKey(field.Name))) patch[gone.Name] = null;
        return patch;
    }

    private static JsonObject Operation(SyncRequest request)
    {
        JsonObject sync = new()
        {
            ["prune"] = request.Prune,
            ["syncStrategy"] = new JsonObject { [request.SkipHooks ? "apply" : "hook"] = new JsonObject() },
        };
        if (request.DryRun) sync["dryRun"] = true;
        if (request.Only.Count > 0) sync["resources"] = request.OnlyAsJson();
        if (request.SyncOptions.Count > 0) sync["syncOptions"] = Texts(request.SyncOptions);
        if (request.Version is { MultiSource: true } many)
        {
            sync["sources"] = new JsonArray([.. many.Sources.Select(source => (JsonNode)JsonObject.Create(source)!)]);
            sync["revisions"] = Texts(many.Revisions);
        }
        else if (request.Version is { } one)
        {
            sync["source"] = JsonObject.Create(one.Sources[0]);
            sync["revision"] = one.Revisions[0];
        }
        else if (request.Revision is { } revision)
        {
            sync["revision"] = revision;
        }

        return new JsonObject
        {
            ["initiatedBy"] = new JsonObject { ["username"] = request.Actor, ["automated"] = false },
            ["info"] = new JsonArray([.. request.Infos.Select(info => (JsonNode)new JsonObject { ["name"] = info.Key, ["value"] = info.Value })]),
            ["sync"] = sync,
        };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text)!)]);

    private static EstateException InProgress(ArgoApplication read) =>
        new(EstateErrorKind.Conflict, $"Another operation is already in progress on {read} in {read.Metadata.Namespace}.");
}
