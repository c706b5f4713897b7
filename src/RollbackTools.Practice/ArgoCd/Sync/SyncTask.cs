using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Sync;

internal enum SyncPhase
{
    PreSync,
    Sync,
    PostSync,
    SyncFail,
}

/// <summary>One object to apply, prune or run during a sync, and how far that has come.</summary>
internal sealed class SyncTask(SyncPhase phase, ResourceType? type, ResourceId id, JsonObject? target, StoredObject? live, bool hook)
{
    public SyncPhase Phase => phase;

    /// <summary>Null when the cluster serves no such kind.</summary>
    public ResourceType? Type => type;

    public ResourceId Id => id;

    public JsonObject? Target { get; set; } = target;

    public StoredObject? Live { get; set; } = live;

    public bool IsHook => hook;

    public bool Prunes => Target is null;

    /// <summary>Smaller ones first.</summary>
    public int Wave { get; set; } =
        int.TryParse((target ?? live?.Read).Text("metadata", "annotations", ArgoNames.SyncWave), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var wave)
            ? wave
            : 0;

    /// <summary>Whether it is known to be as it should be.</summary>
    public bool InSync { get; init; }

    /// <summary>Synced, SyncFailed, Pruned or PruneSkipped; empty before it was tried.</summary>
    public string Status { get; set; } = "";

    /// <summary>The phase of its operation, as results call <c>hookPhase</c>; empty before it was tried.</summary>
    public string State { get; set; } = "";

    public string Message { get; set; } = "";

    public bool Pending => State.Length == 0;

    public bool Running => State == OperationPhases.Running;

    public bool Completed => OperationPhases.Completed(State);

    public bool Unsuccessful => Completed && State != OperationPhases.Succeeded;

    /// <summary>Whether a hook goes once it came to this end, or before it runs again: the default.</summary>
    public bool HasDeletePolicy(string policy)
    {
        if (!hook) return false;
        var text = (Target ?? Live?.Read).Text("metadata", "annotations", ArgoNames.HookDeletePolicy);
        return string.IsNullOrEmpty(text) ? policy == "BeforeHookCreation" : ArgoNames.HasOption(text, policy);
    }
}

/// <summary>The phases of an operation.</summary>
internal static class OperationPhases
{
    public const string Running = "Running";
    public const string Terminating = "Terminating";
    public const string Failed = "Failed";
    public const string Error = "Error";
    public const string Succeeded = "Succeeded";

    public static bool Completed(string? phase) => phase is Failed or Error or Succeeded;
}
