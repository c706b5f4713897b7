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

    public GitSettings Git { get; init; } = new();

    public ArgoCdSettings ArgoCd { get; init; } = new();

    public HealthSettings Health { get; init; } = new();
}

/// <summary>Where Git keeps what the environment runs.</summary>
public sealed record GitSettings
{
    /// <summary>A URL, or a path relative to the environment file.</summary>
    public string? Repository { get; init; }

    public string? Branch { get; init; }

    /// <summary>The directory with the kustomization, from the repository's root.</summary>
    public string? Overlay { get; init; }
}

/// <summary>Where this environment's Argo CD is, and which application is meant when a command names none.</summary>
public sealed record ArgoCdSettings
{
    /// <summary>The API server; without it the Applications in the cluster are worked on.</summary>
    public Uri? Server { get; init; }

    public string? Application { get; init; }

    /// <summary>The namespace the Applications lie in: argocd unless said otherwise.</summary>
    public string? Namespace { get; init; }

    /// <summary>Argo CD tells an application that is missing from one that is forbidden only to those who name its project.</summary>
    public string? Project { get; init; }

    /// <summary>PEM certificates to trust instead of the system's; relative to the environment file.</summary>
    public string? CaFile { get; init; }

    /// <summary>The environment variable that holds the token: ARGOCD_AUTH_TOKEN unless said otherwise.</summary>
    public string? TokenEnv { get; init; }
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
