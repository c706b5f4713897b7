namespace RollbackTools.Operations.Estate.ArgoCd;

/// <summary>
/// Argo CD, as operations use it: over its Applications in the cluster, or over its API server; the same answers either way.
/// Every call throws <see cref="EstateException"/> when refused or unreachable.
/// </summary>
public interface IArgoCd
{
    /// <summary>Who is asked, for messages: the API server's address, or the cluster's.</summary>
    string Server { get; }

    /// <summary>
    /// Whether hooks can run when going back to <paramref name="version"/> of an application: an API server goes back to sources
    /// with other overrides than today's only by its own rollback, which leaves hooks out.
    /// </summary>
    bool CanRunHooks(ArgoApplication application, ApplicationVersion? version);

    /// <summary>With a refresh it waits until that is done, and throws (Overloaded) when nobody does it within a minute.</summary>
    Task<ArgoApplication> GetAsync(ApplicationName name, ArgoRefresh refresh, CancellationToken cancellation);

    /// <summary>Those of one namespace; null means all that the server shows us.</summary>
    Task<IReadOnlyList<ArgoApplication>> ListAsync(string? ns, CancellationToken cancellation);

    /// <summary>The application as it is now and at each change after; ends with null when it is deleted.</summary>
    IAsyncEnumerable<ArgoApplication?> WatchAsync(ApplicationName name, CancellationToken cancellation);

    /// <summary>
    /// Makes the change where <paramref name="read"/> still holds what it replaces, else throws Conflict. Returns the application as stored: an
    /// older server may have dropped a field it does not know.
    /// </summary>
    Task<ArgoApplication> ChangeAsync(ArgoApplication read, ApplicationChange change, CancellationToken cancellation);

    /// <summary>Asks for a sync. Throws Conflict when another operation is in progress or the application changed meanwhile.</summary>
    Task<ArgoApplication> StartSyncAsync(ArgoApplication read, SyncRequest request, CancellationToken cancellation);

    /// <summary>Asks to end the running operation; it is gone when <see cref="ArgoApplication.IsOperating"/> is false.</summary>
    Task TerminateAsync(ArgoApplication read, CancellationToken cancellation);

    /// <summary>The sync windows of the application's project, whether they concern it or not. Throws NotFound where the project cannot be found.</summary>
    Task<IReadOnlyList<SyncWindow>> GetWindowsAsync(ArgoApplication application, CancellationToken cancellation);

    /// <summary>Who committed what; null where it cannot be told.</summary>
    Task<ArgoCommit?> DescribeAsync(ArgoApplication application, string revision, CancellationToken cancellation);
}
