namespace RollbackTools.Practice.Registry;

/// <summary>What a container does once its image runs. The practice world's applications are told apart by nothing else.</summary>
public abstract record ImageBehaviour
{
    /// <summary>Becomes ready and answers.</summary>
    public sealed record Healthy : ImageBehaviour;

    /// <summary>Panics soon after it starts, every time.</summary>
    public sealed record CrashLoop : ImageBehaviour
    {
        /// <summary>The last words in its log.</summary>
        public string Panic { get; init; } = "panic: runtime error: invalid memory address or nil pointer dereference";

        public int ExitCode { get; init; } = 2;
    }

    /// <summary>Ready only after so many seconds, as a manifest would state them.</summary>
    public sealed record SlowStart(double Seconds) : ImageBehaviour;

    /// <summary>Ready, but answers this share (0 to 1) of requests wrongly.</summary>
    /// <param name="Share">0 to 1.</param>
    /// <param name="Status">With what: 500, or one that nobody counts as an error, such as 404.</param>
    public sealed record ErrorRate(double Share, int Status = 500) : ImageBehaviour;

    /// <summary>Ready, then killed for its memory (137, OOMKilled), again and again.</summary>
    public sealed record MemoryLeak : ImageBehaviour;

    /// <summary>Runs, and fails every readiness probe.</summary>
    public sealed record NotReady : ImageBehaviour;

    /// <summary>Refuses to start with the configuration it is given: exits 1 at once.</summary>
    public sealed record BadConfig : ImageBehaviour;

    /// <summary>Runs for ever and does nothing: a job that never ends, a server that never serves.</summary>
    public sealed record Hang : ImageBehaviour;

    /// <summary>Ready, but not of one mind with its database: <c>/health</c> says so, and every request fails with this error.</summary>
    public sealed record SchemaMismatch(string Error) : ImageBehaviour;

    /// <summary>
    /// As good as its configuration, which it reads once, at start: half of its requests fail while the address in one variable is no
    /// Service of its namespace, or another says <c>false</c>.
    /// </summary>
    public sealed record Configured(string Address, string Switch) : ImageBehaviour;
}
