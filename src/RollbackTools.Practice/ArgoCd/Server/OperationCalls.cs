using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.ArgoCd.Projects;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>rollback, sync and terminate: they set or mark the operation and leave the work to the controller.</summary>
internal sealed class OperationCalls(ObjectStore store, ArgoCdOptions options, ArgoGate gate, ApplicationJson json, TimeProvider time)
{
    private const string InProgress = "error setting app operation: rpc error: code = FailedPrecondition desc = another operation is already in progress";

    /// <summary>No sync window is asked, no hook will run, and the sync options are today's.</summary>
    public Task RollBackAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "sync");
        gate.ProjectOf(application);
        if (application.Stored.Deleting()) throw ArgoRefusal.Precondition("application is deleting");
        if (application.IsAutomated) throw ArgoRefusal.Precondition("rollback cannot be initiated when auto-sync is enabled");

        var id = Number(request.Body["id"]);
        var entry = application.Json.Items("status", "history").FirstOrDefault(one => (one.Number("id") ?? 0) == id)
            ?? throw new ArgoRefusal(GrpcCode.InvalidArgument, $"application {application.QualifiedName} does not have deployment with id {id}");
        if (entry["source"] is null && entry["sources"] is null)
            throw ArgoRefusal.Precondition("cannot rollback to revision deployed with Argo CD v0.11 or lower. sync to revision instead.");

        JsonObject sync = new() { ["syncStrategy"] = new JsonObject { ["apply"] = new JsonObject() } };
        foreach (var pinned in (string[])["revision", "revisions", "source", "sources"])
            if (entry[pinned] is { } value) sync[pinned] = value.DeepClone();
        foreach (var flag in (string[])["dryRun", "prune"])
            if (request.Body.Flag(flag)) sync[flag] = true;
        if (application.Json["spec"]?["syncPolicy"]?["syncOptions"] is { } syncOptions) sync["syncOptions"] = syncOptions.DeepClone();
        return StartAsync(request, application, new JsonObject
        {
            ["sync"] = sync,
            ["initiatedBy"] = new JsonObject { ["username"] = request.Account.Name },
            ["retry"] = new JsonObject(),
        });
    }

    public async Task SyncAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "get");
        CheckWindows(application);
        ArgoGate.Require(request, application, "sync");
        var dryRun = request.Body.Flag("dryRun");
        if (request.Body["manifests"] is not null)
        {
            ArgoGate.Require(request, application, "override");
            if (application.IsAutomated && !dryRun)
                throw ArgoRefusal.Precondition("cannot use local sync when Automatic Sync Policy is enabled unless for dry run");
            throw ArgoRefusal.Precondition("local manifests are not served here");
        }

        if (application.Stored.Deleting()) throw ArgoRefusal.Precondition("application is deleting");
        JsonObject sync = [];
        var spec = SourcePins.OfSpec(application.Json);
        var pins = await ResolveAsync(request, application, spec, dryRun);
        pins.WriteRevisions(sync);
        pins.WriteSources(sync);
        foreach (var flag in (string[])["dryRun", "prune"])
            if (request.Body.Flag(flag)) sync[flag] = true;
        if (request.Body["strategy"] is { } strategy) sync["syncStrategy"] = strategy.DeepClone();
        if (request.Body["resources"] is JsonArray { Count: > 0 } resources) sync["resources"] = resources.DeepClone();
        var policy = application.Json["spec"]?["syncPolicy"];
        if ((request.Body.Object("syncOptions") is { } given ? given["items"] : policy?["syncOptions"]) is { } syncOptions)
            sync["syncOptions"] = syncOptions.DeepClone();

        JsonObject operation = new()
        {
            ["sync"] = sync,
            ["initiatedBy"] = new JsonObject { ["username"] = request.Account.Name },
            ["retry"] = (request.Body["retryStrategy"] ?? policy?["retry"])?.DeepClone() ?? new JsonObject(),
        };
        if (request.Body["infos"] is JsonArray { Count: > 0 } infos) operation["info"] = infos.DeepClone();
        await StartAsync(request, application, operation);
    }

    public Task TerminateAsync(ArgoRequest request)
    {
        var application = gate.Find(request, "sync");
        var running = false;
        store.Update(application.Stored.Type, application.Stored.Namespace, application.Stored.Name, body =>
        {
            if (body["operation"] is null || body.Object("status", "operationState") is not { } state) return false;
            state["phase"] = "Terminating";
            return running = true;
        });
        return running
            ? request.SendAsync(new JsonObject())
            : throw new ArgoRefusal(GrpcCode.InvalidArgument, "Unable to terminate operation. No operation is in progress");
    }

    private Task StartAsync(ArgoRequest request, ApplicationView application, JsonObject operation)
    {
        if (!AppOperation.TrySet(store, application.Stored, operation)) throw ArgoRefusal.Precondition(InProgress);
        var now = store.Find(application.Stored.Type, application.Stored.Namespace, application.Stored.Name) ?? throw ArgoRefusal.Denied();
        return request.SendAsync(json.Show(now));
    }

    private void CheckWindows(ApplicationView application)
    {
        try
        {
            if (SyncWindows.Of(gate.ProjectOf(application), application.Json).CanSync(manual: true, time.GetUtcNow(), started: null)) return;
        }
        catch (FormatException bad)
        {
            throw new ArgoRefusal(GrpcCode.PermissionDenied, $"cannot sync: invalid sync window: invalid sync windows: {bad.Message}");
        }

        throw new ArgoRefusal(GrpcCode.PermissionDenied, "cannot sync: blocked by sync window");
    }

    /// <summary>The commits to sync to. With auto-sync on, no other than the spec's.</summary>
    private async Task<SourcePins> ResolveAsync(ArgoRequest request, ApplicationView application, SourcePins spec, bool dryRun)
    {
        List<string> commits = [];
        for (var at = 0; at < spec.Sources.Count; at++)
        {
            var (source, target) = (spec.Sources[at], spec.Revisions[at]);
            var asked = spec.Several ? Positioned(request, at) : request.Body.Text("revision");
            if (asked is { Length: > 0 } && asked != target && application.IsAutomated && !dryRun)
            {
                var written = source.Text("targetRevision");
                throw ArgoRefusal.Precondition(spec.Several
                    ? $"Cannot sync source {source.Text("repoURL")} to {asked}: auto-sync currently set to {written}"
                    : $"Cannot sync to {asked}: auto-sync currently set to {written}");
            }

            var revision = asked is { Length: > 0 } ? asked : target;
            commits.Add(IsCommit(revision) ? revision : await ResolveAsync(source.Text("repoURL") ?? "", revision, request.Aborted));
        }

        return spec with { Revisions = commits };
    }

    private async Task<string> ResolveAsync(string repository, string revision, CancellationToken cancellation)
    {
        try
        {
            return await options.Renderer.ResolveAsync(repository, revision, cancellation);
        }
        catch (SourceException bad)
        {
            throw ArgoRefusal.Precondition($"error resolving repo revision: {bad.Message}");
        }
    }

    private static string? Positioned(ArgoRequest request, int source)
    {
        var positions = request.Body["sourcePositions"] as JsonArray ?? [];
        for (var at = 0; at < positions.Count; at++)
            if (Number(positions[at]) == source + 1) return (request.Body["revisions"] as JsonArray)?.ElementAtOrDefault(at).Text();
        return null;
    }

    private static bool IsCommit(string revision) => revision.Length == 40 && revision.All(char.IsAsciiHexDigit);

    /// <summary>The gateway takes 64-bit numbers as numbers and as text.</summary>
    private static long Number(JsonNode? node) => long.TryParse(node?.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? id : 0;
}
