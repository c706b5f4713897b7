namespace RollbackTools.Operations.Estate;

/// <summary>Why the outside world would not do what was asked, in terms an operation can decide on.</summary>
public enum EstateErrorKind
{
    /// <summary>Nothing answered: refused, reset, unresolvable, timed out. Whether a write arrived is unknown.</summary>
    Unreachable,

    /// <summary>The server's certificate is not trusted, or ours was refused.</summary>
    Untrusted,

    /// <summary>401: no credentials, or expired ones.</summary>
    Unauthenticated,

    /// <summary>403: the credentials are good and the rule says no.</summary>
    Forbidden,

    /// <summary>404 on an object, or on a kind this server does not serve.</summary>
    NotFound,

    /// <summary>409: the object changed since it was read, or a precondition failed.</summary>
    Conflict,

    /// <summary>409 AlreadyExists on create.</summary>
    AlreadyExists,

    /// <summary>422, or an admission webhook said no: repeating it will not help.</summary>
    Rejected,

    /// <summary>429 or 503 for longer than we were willing to wait.</summary>
    Overloaded,

    /// <summary>410: the resourceVersion or continue token is too old.</summary>
    Expired,

    /// <summary>What we were given to connect with is wrong: kubeconfig, context, environment file.</summary>
    Configuration,

    /// <summary>An answer we could not read, or a 5xx.</summary>
    Server,
}

/// <summary>A refusal or failure of the outside world. The message names the thing and the cause, never a secret.</summary>
public sealed class EstateException : Exception
{
    public EstateException(EstateErrorKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    public EstateErrorKind Kind { get; }

    /// <summary>What was asked, in the wire's words: <c>PATCH apps/v1 deployments/api -n prod</c>.</summary>
    public string? Request { get; init; }

    /// <summary>The HTTP status, when there was an answer.</summary>
    public int? Status { get; init; }

    /// <summary>The Kubernetes <c>Status.reason</c>, such as <c>Forbidden</c> or <c>NotFound</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The next command to type, when there is an obvious one.</summary>
    public string? Recommendation { get; init; }
}
