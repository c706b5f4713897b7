namespace RollbackTools.Practice.Kubernetes.Storage;

public enum StoreConflict
{
    /// <summary>409 AlreadyExists.</summary>
    AlreadyExists,

    /// <summary>409 Conflict: another resourceVersion.</summary>
    Stale,

    /// <summary>409 Conflict: delete preconditions.</summary>
    Precondition,

    /// <summary>410 Gone / Expired.</summary>
    Expired,
}

public sealed class StoreConflictException(StoreConflict conflict, string message) : Exception(message)
{
    public StoreConflict Conflict { get; } = conflict;
}
