using RollbackTools.Operations.Reports;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Health;

public enum HealthStatus
{
    Passed,
    Failed,

    /// <summary>Could not be asked (no permission to read logs, say). Never counts as healthy.</summary>
    Unknown,
}

/// <summary>One check of one target and what it found.</summary>
public sealed record HealthCheck
{
    public string Estate { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Image, Rollout, Pods, Restarts, Events, Logs, Endpoint, SmokeScript.</summary>
    public string Check { get; init; } = "";

    public HealthStatus Status { get; init; }

    public string? Expected { get; init; }

    public string? Actual { get; init; }

    /// <summary>One sentence.</summary>
    public string Message { get; init; } = "";

    public IReadOnlyList<string> Evidence { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    public DateTimeOffset CheckedAt { get; init; }

    public string? NextStep { get; init; }
}

/// <summary>What to check and against what.</summary>
public sealed record HealthRequest
{
    public IReadOnlyList<WorkloadReference> Workloads { get; init; } = [];

    public string? LabelSelector { get; init; }

    public string? Namespace { get; init; }

    /// <summary>The image (or <c>container=image</c> list) that should run; null skips the check.</summary>
    public string? ExpectedImage { get; init; }

    /// <summary>Events and log lines before this moment do not count; null means since the version that runs now began to roll out, 15 minutes at most.</summary>
    public DateTimeOffset? Since { get; init; }

    public IReadOnlyList<Estate.EndpointExpectation> Endpoints { get; init; } = [];

    public string? SmokeScript { get; init; }

    public IReadOnlyList<string> SmokeArguments { get; init; } = [];

    /// <summary>Regular expression for log lines that mean trouble; null uses the default.</summary>
    public string? ErrorPattern { get; init; }

    public bool SkipLogs { get; init; }

    /// <summary>Keep checking until everything passes or <see cref="Timeout"/> is over.</summary>
    public bool Wait { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>It must stay healthy this long; the first failure ends it.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Between rounds of checks that cannot be watched (endpoints, scripts, logs).</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);
}
