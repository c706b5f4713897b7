using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>One deployment of an application, with what it deployed and the evidence of how it did.</summary>
public sealed record ArgoHistoryEntry
{
    public string Estate { get; init; } = "";

    /// <summary>The namespace the Application lies in.</summary>
    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "Application";

    public string Name { get; init; } = "";

    /// <summary>Its number in <c>status.history</c>; null for what runs now without having got there (a failed sync).</summary>
    public long? Id { get; init; }

    /// <summary>The commit; several, joined by <c>+</c>, for a multi-source application.</summary>
    public string Revision { get; init; } = "";

    public bool Current { get; init; }

    /// <summary>Whether <c>Invoke-ArgoRollback</c> would go here by default.</summary>
    public bool IsDefaultTarget { get; init; }

    public RevisionHealth Health { get; init; }

    /// <summary>Sentences that justify <see cref="Health"/>.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>What it ran, as far as the cluster still tells.</summary>
    public IReadOnlyList<string> Images { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>The commit's first line; empty when nobody could be asked.</summary>
    public string Subject { get; init; } = "";

    public string Author { get; init; } = "";

    public DateTimeOffset? CommittedAt { get; init; }

    public DateTimeOffset? DeployedAt { get; init; }

    /// <summary>How long it was the current one.</summary>
    public TimeSpan? CurrentFor { get; init; }

    /// <summary>Who started the sync: a user, or <c>automated sync</c>.</summary>
    public string InitiatedBy { get; init; } = "";

    /// <summary>The same for the same sources at the same commits: what a rollback remembers of it.</summary>
    public string VersionKey { get; init; } = "";
}
