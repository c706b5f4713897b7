using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>One revision of a release, with what it deployed, what it changed and the evidence of how it did.</summary>
public sealed record HelmRevision
{
    public string Estate { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "HelmRelease";

    public string Name { get; init; } = "";

    public int Revision { get; init; }

    /// <summary>Helm's word: deployed, superseded, failed, pending-upgrade…</summary>
    public string Status { get; init; } = "";

    /// <summary>The newest one, which Helm takes for the release, whatever became of it.</summary>
    public bool Current { get; init; }

    /// <summary>Whether <c>Invoke-HelmRollback</c> would go here by default.</summary>
    public bool IsDefaultTarget { get; init; }

    public RevisionHealth Health { get; init; }

    /// <summary>Sentences that justify <see cref="Health"/>.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary><c>api-1.4.2</c>.</summary>
    public string Chart { get; init; } = "";

    public string AppVersion { get; init; } = "";

    public IReadOnlyList<string> Images { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>What differs from the revision before, in words; what may be a secret only by its path.</summary>
    public IReadOnlyList<string> Changes { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>What Helm wrote down: <c>Upgrade complete</c>, <c>Rollback to 3</c>, or why it failed.</summary>
    public string Description { get; init; } = "";

    /// <summary>The revision it went back to, when it is a rollback.</summary>
    public int? RollbackRevision { get; init; }

    /// <summary>The newest earlier revision that deploys the very same.</summary>
    public int? SameAs { get; init; }

    public DateTimeOffset? DeployedAt { get; init; }

    /// <summary>Until the next revision was begun; until now for the current one.</summary>
    public TimeSpan? CurrentFor { get; init; }

    /// <summary>Secret or ConfigMap.</summary>
    public string Driver { get; init; } = "";

    /// <summary>Why its record cannot be read; empty when it can.</summary>
    public string Unreadable { get; init; } = "";
}
