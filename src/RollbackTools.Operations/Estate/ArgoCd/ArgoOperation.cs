using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>An operation as somebody asked for it.</summary>
public sealed class ArgoOperation(JsonElement json)
{
    public JsonElement Json => json;

    public string? InitiatedBy => json.Text("initiatedBy", "username") ?? (Automated ? "automated sync" : null);

    public bool Automated => json.Flag("initiatedBy", "automated") == true;

    /// <summary>The infos that came with it, by name.</summary>
    public string? Info(string name) => json.Items("info").FirstOrDefault(info => info.Text("name") == name) is { ValueKind: JsonValueKind.Object } found
        ? found.Text("value") : null;

    /// <summary>What it deploys, as far as it says.</summary>
    public string Revision => json.At("sync") is { } sync
        ? sync.Texts("revisions") is { Count: > 0 } many ? string.Join(" + ", many.Select(ApplicationVersion.Short))
            : sync.Text("revision") is { } one ? ApplicationVersion.Short(one) : "what Git holds"
        : "nothing";
}

/// <summary>How an operation goes or went.</summary>
public sealed class ArgoOperationState(JsonElement json)
{
    /// <summary>Running, Terminating, Failed, Error or Succeeded.</summary>
    public string Phase => json.Text("phase") ?? "Running";

    public string Message => json.Text("message") ?? "";

    public DateTimeOffset? StartedAt => json.Moment("startedAt");

    /// <summary>Set with phase Running too: then it failed and waits for its retry.</summary>
    public DateTimeOffset? FinishedAt => json.Moment("finishedAt");

    public long RetryCount => json.Number("retryCount") ?? 0;

    public ArgoOperation Operation => new(json.At("operation") ?? JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement>(), ArgoJson.Default.DictionaryStringJsonElement));

    public bool IsDryRun => json.Flag("operation", "sync", "dryRun") == true;

    public bool Ended => Phase is "Failed" or "Error" or "Succeeded";

    public bool Succeeded => Phase == "Succeeded";

    public bool WaitsForRetry => Phase == "Running" && FinishedAt is not null;

    /// <summary>Argo CD leaves a sync that a window forbids Running with this message, for as long as it forbids it.</summary>
    public bool BlockedByWindow => !Ended && Message.Contains("blocked by sync window", StringComparison.OrdinalIgnoreCase);

    /// <summary>What it deployed; null until it got that far.</summary>
    public ApplicationVersion? Version => json.At("syncResult") is { } result ? ApplicationVersion.Of(result) : null;

    public IReadOnlyList<SyncedResource> Resources => [.. json.Items("syncResult", "resources").Select(item => new SyncedResource(item))];
}

/// <summary>What a sync did to one object, or how one of its hooks ended.</summary>
public sealed class SyncedResource(JsonElement json)
{
    public string Group => json.Text("group") ?? "";

    public string Kind => json.Text("kind") ?? "";

    public string Namespace => json.Text("namespace") ?? "";

    public string Name => json.Text("name") ?? "";

    public ArgoObject Identity => new(Group, Kind, Namespace, Name);

    /// <summary>Synced, SyncFailed, Pruned or PruneSkipped.</summary>
    public string? Status => json.Text("status");

    /// <summary>PreSync, Sync, PostSync, SyncFail; null for what is no hook.</summary>
    public string? HookType => json.Text("hookType");

    public string? HookPhase => json.Text("hookPhase");

    public string Message => json.Text("message") ?? "";

    public bool Failed => Status == "SyncFailed" || (HookType is not null && HookPhase is "Failed" or "Error");

    public override string ToString() =>
        (HookType is null ? "" : $"{HookType} hook ") + $"{Kind.ToLowerInvariant()}/{Name}: {(HookType is null ? Status : HookPhase)}" + (Message.Length > 0 ? $": {Message}" : "");
}
