namespace RollbackTools.Operations.Estate;

/// <summary>A parsed <c>rollback.yaml</c>: what each environment is called and where its parts are (schema: rollback.schema.json).</summary>
public sealed record EnvironmentFile(string Path, IReadOnlyDictionary<string, EnvironmentSettings> Environments)
{
    /// <summary>Environments with a mistake in them, and which: it stops whoever asks for that one, and nobody else.</summary>
    public IReadOnlyDictionary<string, EstateException> Broken { get; init; } = new Dictionary<string, EstateException>();

    /// <summary>The names of all of them, in order.</summary>
    public IReadOnlyList<string> Names => [.. Environments.Keys.Concat(Broken.Keys).Order(StringComparer.Ordinal)];
}

/// <summary>One environment. Everything is optional: parameters win over the file, the file over kubectl's defaults.</summary>
public sealed record EnvironmentSettings
{
    public string Name { get; init; } = "";

    /// <summary>Relative paths are relative to the environment file.</summary>
    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    public string? Namespace { get; init; }

    public HealthSettings Health { get; init; } = new();
}

public sealed record HealthSettings
{
    public IReadOnlyList<EndpointExpectation> Endpoints { get; init; } = [];

    /// <summary>A smoke script to run; relative to the environment file.</summary>
    public string? SmokeScript { get; init; }

    public IReadOnlyList<string> SmokeArguments { get; init; } = [];
}

/// <summary>What an endpoint must answer to count as healthy.</summary>
public sealed record EndpointExpectation
{
    public Uri Url { get; init; } = null!;

    public int Status { get; init; } = 200;

    /// <summary>Dotted JSON paths and the text each must equal: <c>database: ok</c>, <c>checks.cache.state: up</c>.</summary>
    public IReadOnlyDictionary<string, string> Json { get; init; } = new Dictionary<string, string>();

    /// <summary>Workload names this endpoint speaks for; empty means all.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];
}
