
namespace RollbackTools.Operations.Estate;

/// <summary>Everything an operation may touch outside this process. Made once per connection and disposed with it.</summary>
public interface IEstate : IAsyncDisposable
{
    /// <summary>The word results carry: the environment's name, else the context's.</summary>
    string Name { get; }

    /// <summary>What it was opened with, resolved: a journal keeps it to open it again.</summary>
    EstateOptions Connection { get; }

    /// <summary>
    /// A system of this estate by its port, such as Argo CD; opened when it is first asked for. The ports' folders name them
    /// (<c>estate.ArgoCd</c>). Throws <see cref="EstateException"/> (Configuration) when the connection leads to none, such as to a cluster
    /// <see cref="EstateOptions.WithoutCluster"/>.
    /// </summary>
    T Port<T>()
        where T : class;
}

/// <summary>Opens estates and reads environment files. The one door to the integrations.</summary>
public interface IEstateProvider
{
    /// <summary>
    /// Reads the connection's configuration and prepares a client; talks to nobody yet. Throws <see cref="EstateException"/>
    /// (Configuration) naming the file, context or field that is wrong. Warnings go to <paramref name="warn"/>.
    /// </summary>
    IEstate Open(EstateOptions options, Action<string> warn);

    /// <summary>The context names in the kubeconfig, for completion.</summary>
    IReadOnlyList<string> ContextNames(string? kubeconfig);

    /// <summary>
    /// Finds and reads the environment file: <paramref name="path"/>, else $ROLLBACKTOOLS_CONFIG, else <c>rollback.yaml</c> upward
    /// from <paramref name="directory"/>, else the user's config directory. Null when there is none and no path was given.
    /// </summary>
    EnvironmentFile? FindEnvironmentFile(string? path, string directory);
}

/// <summary>How to reach an estate. Null fields fall back to what kubectl would do.</summary>
public sealed record EstateOptions
{
    /// <summary>One path, or several joined by the platform's path separator as in $KUBECONFIG.</summary>
    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    /// <summary>The namespace used when a command names none.</summary>
    public string? Namespace { get; init; }

    /// <summary>What results call this estate; defaults to the context's name.</summary>
    public string? EstateName { get; init; }

    /// <summary>No kubeconfig is looked for: for what happens in Git or behind another API only.</summary>
    public bool WithoutCluster { get; init; }

    /// <summary>Argo CD's API server; null means its Applications are worked on in the cluster.</summary>
    public ArgoCdOptions? ArgoCd { get; init; }

    /// <summary>For one request without an answer; watches are not limited by it.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Act as this user, as <c>kubectl --as</c>.</summary>
    public string? ImpersonateUser { get; init; }

    public IReadOnlyList<string> ImpersonateGroups { get; init; } = [];
}

/// <summary>One HTTP GET with redirects off and TLS verified.</summary>
public interface IHttpProbe
{
    /// <summary>Never throws for an unreachable or refusing endpoint: that is the answer.</summary>
    Task<ProbeAnswer> GetAsync(Uri url, TimeSpan timeout, CancellationToken cancellation);
}

/// <summary>An endpoint's answer. <see cref="Status"/> is null when there was none, and <see cref="Error"/> says why.</summary>
public sealed record ProbeAnswer(int? Status, string Body, string? Error, TimeSpan Elapsed);

/// <summary>Runs an operator's own script, without a shell.</summary>
public interface IScriptRunner
{
    /// <summary>
    /// Runs the file with the arguments as given. On cancellation or timeout the process gets a request to end, then is killed.
    /// Throws <see cref="EstateException"/> (Configuration) when the file is missing or cannot be run.
    /// </summary>
    Task<ScriptResult> RunAsync(string path, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellation);
}

/// <summary>How a script ended; the tails are its last lines of output.</summary>
public sealed record ScriptResult(int ExitCode, bool TimedOut, IReadOnlyList<string> OutputTail, IReadOnlyList<string> ErrorTail, TimeSpan Elapsed);
