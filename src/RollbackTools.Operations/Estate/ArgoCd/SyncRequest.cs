using System.Text.Json.Nodes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>A sync to be started. Without a version or a revision it goes where the spec points now.</summary>
public sealed record SyncRequest
{
    public ApplicationVersion? Version { get; init; }

    /// <summary>The history entry the version comes from: the API server takes overrides of the past only by this number.</summary>
    public long? HistoryId { get; init; }

    /// <summary>The spec's own source at this commit, tag or branch, instead of a version.</summary>
    public string? Revision { get; init; }

    /// <summary>Say what would become of each object, and change none.</summary>
    public bool DryRun { get; init; }

    /// <summary>These objects and no others, of which hooks are none; all when empty.</summary>
    public IReadOnlyList<ArgoObject> Only { get; init; } = [];

    public bool Prune { get; init; }

    /// <summary>Apply the manifests only, as Argo CD's own rollback does; else PreSync, Sync and PostSync hooks run.</summary>
    public bool SkipHooks { get; init; }

    public IReadOnlyList<string> SyncOptions { get; init; } = [];

    /// <summary>Who acts, for the record: <c>rollbacktools:alice@bastion</c>. An API server puts the token's user there instead.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Names and values that go with the operation.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Infos { get; init; } = [];

    /// <summary><see cref="Only"/> as an operation's <c>sync.resources</c>.</summary>
    public JsonArray OnlyAsJson() => new([.. Only.Select(one => (JsonNode)new JsonObject { ["group"] = one.Group, ["kind"] = one.Kind, ["namespace"] = one.Namespace, ["name"] = one.Name })]);
}

/// <summary>A commit as Argo CD tells of it.</summary>
public sealed record ArgoCommit(string Author, DateTimeOffset? Date, string Message)
{
    public string Subject => Message.Split('\n', 2)[0].Trim();
}

public enum ArgoRefresh
{
    /// <summary>As it was last seen.</summary>
    None,

    /// <summary>After comparing with Git again.</summary>
    Normal,

    /// <summary>The same, rendered anew instead of from the cache.</summary>
    Hard,
}
