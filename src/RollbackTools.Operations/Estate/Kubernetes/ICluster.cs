namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>
/// A Kubernetes API, as operations use it. Every call throws <see cref="EstateException"/> when refused or unreachable, and
/// <see cref="OperationCanceledException"/> only when the caller's token was cancelled. Reads are retried where that is safe;
/// a write is repeated only when it cannot have been applied or is conditional.
/// </summary>
public interface ICluster
{
    ClusterInfo Info { get; }

    Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation)
        where T : class, IKubernetesObject;

    /// <summary>All pages. A null namespace lists across all of them.</summary>
    Task<ResourceList<T>> ListAsync<T>(Resource<T> resource, string? ns, ListFilter filter, CancellationToken cancellation)
        where T : class, IKubernetesObject;

    /// <summary>
    /// Changes from <paramref name="resourceVersion"/> on, for as long as the caller reads. Without a version it lists first.
    /// Cut connections are resumed from the last version or bookmark seen; when that is too old (410) it lists again.
    /// Each listing arrives as one <see cref="WatchEventType.Snapshot"/>, which replaces everything known before.
    /// </summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        Resource<T> resource, string? ns, ListFilter filter, string? resourceVersion, CancellationToken cancellation)
        where T : class, IKubernetesObject;

    Task<T> CreateAsync<T>(Resource<T> resource, string? ns, T body, WriteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject;

    /// <summary>Returns the object as the server stored it (defaulted, with its new resourceVersion).</summary>
    Task<T> PatchAsync<T>(Resource<T> resource, string? ns, string name, Patch patch, WriteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject;

    /// <summary>Deletes. An object already gone is <see cref="EstateErrorKind.NotFound"/>.</summary>
    Task DeleteAsync<T>(Resource<T> resource, string? ns, string name, DeleteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject;

    /// <summary>The lines of a container's log, oldest first; ends at the end of the log.</summary>
    IAsyncEnumerable<string> ReadLogAsync(string ns, string pod, LogOptions options, CancellationToken cancellation);

    /// <summary>
    /// How the server serves a kind that is known by its manifest's words only (<c>apps/v1</c>, <c>Deployment</c>); null when it does not.
    /// What it said of a group is remembered as long as the connection; what it did not serve is asked again.
    /// </summary>
    Task<ServedKind?> FindKindAsync(string apiVersion, string kind, CancellationToken cancellation);

    /// <summary>SelfSubjectAccessReview.</summary>
    Task<AccessDecision> CanIAsync(AccessQuery query, CancellationToken cancellation);
}

/// <summary>Where we are connected. <see cref="Estate"/> is the word results carry: the environment's or context's name.</summary>
public sealed record ClusterInfo(string Estate, string Server, string DefaultNamespace)
{
    /// <summary>What it was opened with, resolved (absolute paths, the context's name): a journal keeps it to open it again.</summary>
    public EstateOptions Connection { get; init; } = new();

    /// <summary>The user this connection acts as, as far as the kubeconfig says (a user entry's name, never a credential).</summary>
    public string? User { get; init; }
}

public sealed record ListFilter
{
    public static ListFilter None { get; } = new();

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    public static ListFilter Named(string name) => new() { FieldSelector = $"metadata.name={name}" };
}

public enum WatchEventType
{
    Snapshot,
    Added,
    Modified,
    Deleted,
}

/// <summary>One change, or (Snapshot) everything there is.</summary>
public sealed record WatchEvent<T>(WatchEventType Type, T? Object, IReadOnlyList<T> Snapshot, string ResourceVersion)
    where T : class;

public enum PatchType
{
    /// <summary>RFC 6902, <c>application/json-patch+json</c>.</summary>
    Json,

    /// <summary>RFC 7386, <c>application/merge-patch+json</c>.</summary>
    Merge,

    /// <summary>Built-in kinds only, <c>application/strategic-merge-patch+json</c>.</summary>
    Strategic,

    /// <summary>Server-side apply, <c>application/apply-patch+yaml</c>; needs a field manager.</summary>
    Apply,
}

/// <summary>A patch body, already UTF-8 JSON.</summary>
public sealed record Patch(PatchType Type, ReadOnlyMemory<byte> Body);

public sealed record WriteOptions
{
    public const string DefaultFieldManager = "rollbacktools";

    public static WriteOptions Default { get; } = new();

    public string FieldManager { get; init; } = DefaultFieldManager;

    /// <summary>Patch only: the subresource that is written instead of the object, such as <c>status</c>.</summary>
    public string? Subresource { get; init; }

    /// <summary><c>dryRun=All</c>: admission and validation, nothing stored.</summary>
    public bool DryRun { get; init; }

    /// <summary>Server-side apply only: take over fields others own.</summary>
    public bool ForceApply { get; init; }

    /// <summary>
    /// Set when the body cannot apply twice (it carries a resourceVersion or a JSON Patch test), so an unanswered
    /// write may be sent again: a second arrival is a 409, never a second change.
    /// </summary>
    public bool Conditional { get; init; }
}

public sealed record DeleteOptions
{
    public string? IfUid { get; init; }

    public string? IfResourceVersion { get; init; }

    /// <summary>Seconds; null leaves it to the object.</summary>
    public int? GracePeriodSeconds { get; init; }

    /// <summary>What becomes of what it owns; null leaves it to the kind.</summary>
    public DeletePropagation? Propagation { get; init; }

    public bool DryRun { get; init; }
}

public enum DeletePropagation
{
    /// <summary>The object goes at once, what it owns after it.</summary>
    Background,

    /// <summary>What it owns goes first.</summary>
    Foreground,

    /// <summary>What it owns stays.</summary>
    Orphan,
}

public sealed record LogOptions
{
    public string? Container { get; init; }

    /// <summary>The log of the container's previous life.</summary>
    public bool Previous { get; init; }

    public int? TailLines { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>Bytes; the server cuts the log there.</summary>
    public long? LimitBytes { get; init; }

    public bool Timestamps { get; init; }
}

public sealed record AccessQuery(string Verb, string Group, string Resource, string? Namespace)
{
    public string? Subresource { get; init; }

    public string? Name { get; init; }
}

public sealed record AccessDecision(bool Allowed, string? Reason);
