using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo;

/// <summary>An Argo CD application as somebody about to roll it back wants to see it: what it runs, and who will fight that.</summary>
public sealed record ApplicationReport
{
    public string Estate { get; init; } = "";

    /// <summary>The namespace the Application lies in.</summary>
    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "Application";

    public string Name { get; init; } = "";

    public string Project { get; init; } = "";

    /// <summary>Synced, OutOfSync or Unknown.</summary>
    public string Sync { get; init; } = "";

    /// <summary>Healthy, Progressing, Degraded, Suspended, Missing or Unknown.</summary>
    public string Health { get; init; } = "";

    /// <summary>The commit that is deployed.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The commit Git holds for it, as last compared.</summary>
    public string GitRevision { get; init; } = "";

    /// <summary>The sync policy in words: <c>automated (prune, self-heal)</c>, <c>off (prune)</c>, <c>manual</c>.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Whether it syncs by itself.</summary>
    public bool Automated { get; init; }

    /// <summary>Who paused it, when and why; empty when this module did not.</summary>
    public string Paused { get; init; } = "";

    /// <summary>Who writes its spec: <c>applicationset/shops</c>, <c>application/root</c>; empty when nobody does.</summary>
    public IReadOnlyList<string> Owners { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>What will fight a rollback or stand in its way, a sentence each.</summary>
    public IReadOnlyList<string> Interference { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    public IReadOnlyList<string> Images { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>What differs from Git because somebody stopped it, and why, each; a sync leaves it.</summary>
    public IReadOnlyList<string> Stopped { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>What differs from Git beside what is stopped: <c>deployment/web</c>.</summary>
    public IReadOnlyList<string> Differences { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>The operation that runs now; empty when none does.</summary>
    public string Operation { get; init; } = "";

    /// <summary>Repository, path and target revision, one per source.</summary>
    public IReadOnlyList<string> Sources { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    public string Destination { get; init; } = "";

    public DateTimeOffset? DeployedAt { get; init; }

    public IReadOnlyList<string> Conditions { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);
}
