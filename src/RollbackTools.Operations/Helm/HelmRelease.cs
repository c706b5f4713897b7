using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>A release as somebody about to roll it back wants to see it: what it is, and what is wrong with it.</summary>
public sealed record HelmRelease
{
    public string Estate { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "HelmRelease";

    public string Name { get; init; } = "";

    /// <summary>The newest revision's number.</summary>
    public int Revision { get; init; }

    /// <summary>Helm's word for the newest revision: deployed, failed, pending-upgrade…</summary>
    public string Status { get; init; } = "";

    /// <summary><c>api-1.4.2</c>.</summary>
    public string Chart { get; init; } = "";

    public string AppVersion { get; init; } = "";

    public IReadOnlyList<string> Images { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>When the newest revision was deployed, or last touched.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public string Description { get; init; } = "";

    /// <summary>The revision marked deployed; null when none is.</summary>
    public int? DeployedRevision { get; init; }

    /// <summary>Where <c>Invoke-HelmRollback</c> would go. Known only of a release that was named: it takes its whole history.</summary>
    public int? KnownGoodRevision { get; init; }

    /// <summary>Whether the next <c>helm upgrade</c> is refused: "another operation (install/upgrade/rollback) is in progress".</summary>
    public bool Stuck { get; init; }

    /// <summary>What is wrong with its records, a sentence each; <c>Repair-HelmRelease</c> puts it right.</summary>
    public IReadOnlyList<string> Problems { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>How many revisions are kept.</summary>
    public int Revisions { get; init; }

    /// <summary>Secret or ConfigMap.</summary>
    public string Driver { get; init; } = "";

    /// <summary>client-side or server-side: how its newest revision was applied.</summary>
    public string ApplyMethod { get; init; } = "";
}
