using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// What an application runs now. Its history holds successful syncs only, so a failed one that changed half of it is newer than
/// the newest entry, and what must be left.
/// </summary>
public sealed record Deployed(ApplicationVersion Version)
{
    /// <summary>Its history entry; null for a sync that failed.</summary>
    public ApplicationDeployment? Entry { get; init; }

    /// <summary>False when the sync that brought it failed, or still runs.</summary>
    public bool Complete { get; init; }

    public DateTimeOffset? Since { get; init; }

    public string? By { get; init; }

    /// <summary>Null for an application that was never synced.</summary>
    public static Deployed? Of(ArgoApplication application)
    {
        var last = application.History.Count == 0 ? null : application.History[^1];
        // A dry run deploys nothing, whatever its result says.
        if (application.OperationState is { Version: { } version, IsDryRun: false } state && !version.SameAs(last?.Version) && !(state.StartedAt < last?.DeployedAt))
            return new Deployed(version) { Complete = state.Succeeded, Since = state.StartedAt, By = state.Operation.InitiatedBy };
        return last is null ? null : new Deployed(last.Version)
        {
            Entry = last,
            Complete = application.OperationState is not { IsDryRun: false } latest || latest.Succeeded || !last.Version.SameAs(latest.Version),
            Since = last.DeployStartedAt ?? last.DeployedAt,
            By = last.InitiatedBy,
        };
    }
}
