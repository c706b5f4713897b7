using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Sync;

/// <summary>What an operation's <c>sync</c> asks for.</summary>
internal sealed class SyncRequest(JsonObject sync)
{
    public bool DryRun => sync.Flag("dryRun");

    public bool Prune => sync.Flag("prune");

    /// <summary>Only these resources; all when empty.</summary>
    public IReadOnlyList<JsonObject> Only { get; } = [.. sync.Items("resources")];

    /// <summary>A plain apply runs no hooks, nor does a partial sync.</summary>
    public bool SkipsHooks => sync.Object("syncStrategy", "apply") is not null || Only.Count > 0;

    public bool Replaces => Has("Replace=true");

    public bool CreatesNamespace => Has("CreateNamespace=true");

    public bool PrunesLast => Has("PruneLast=true");

    public bool NeverPrunes => Has("Prune=false");

    public bool OnlyOutOfSync => Has("ApplyOutOfSyncOnly=true");

    public bool RespectsIgnoredDifferences => Has("RespectIgnoreDifferences=true");

    public bool Includes(ResourceId id) => Only.Count == 0 || Only.Any(one =>
        (one.Text("group") ?? "") == id.Group && one.Text("kind") == id.Kind && one.Text("name") == id.Name
        && (one.Text("namespace") is null or "" || one.Text("namespace") == id.Namespace));

    private bool Has(string option) => (sync["syncOptions"] as JsonArray)?.Any(one => one.Text() == option) == true;
}
