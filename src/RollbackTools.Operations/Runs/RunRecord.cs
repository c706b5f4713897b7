namespace RollbackTools.Operations.Runs;

public enum RunState
{
    /// <summary>A process holds the journal open and is at work.</summary>
    Running,

    /// <summary>The journal ends without an end and nobody holds it: killed, stopped, or the machine went away. Resume it.</summary>
    Interrupted,

    Succeeded,

    /// <summary>Ended, and at least one target did not reach its goal.</summary>
    Failed,

    /// <summary>Its changes were taken back.</summary>
    Undone,
}

/// <summary>A run as its journal tells it.</summary>
public sealed record RunRecord
{
    public string Estate { get; init; } = "";

    public string RunId { get; init; } = "";

    /// <summary>The operation: <c>ImageRollback</c>.</summary>
    public string Operation { get; init; } = "";

    public RunState State { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while running or interrupted.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public TimeSpan? Duration => EndedAt - StartedAt;

    /// <summary>user@host.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The operator's -Reason.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<RunTarget> Targets { get; init; } = [];

    public IReadOnlyList<RunEntry> Steps { get; init; } = [];

    /// <summary>The journal file.</summary>
    public string Path { get; init; } = "";

    /// <summary>What to type next when the run needs somebody.</summary>
    public string? NextStep { get; init; }
}

/// <summary>One target of a run and how it ended. From and To are images, as people say them.</summary>
public sealed record RunTarget
{
    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    public string From { get; init; } = "";

    public string To { get; init; } = "";

    /// <summary>Null until it ended.</summary>
    public RollbackOutcome? Outcome { get; init; }

    public string? Message { get; init; }

    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";

    internal bool SameAs(RunTarget other) => Namespace == other.Namespace && Kind == other.Kind && Name == other.Name;
}

/// <summary>One line of the timeline.</summary>
public sealed record RunEntry
{
    public DateTimeOffset At { get; init; }

    public string Target { get; init; } = "";

    /// <summary>In the wire's words.</summary>
    public string Step { get; init; } = "";

    /// <summary>Intent, Done, AlreadyTrue, Failed, Verified …</summary>
    public string Event { get; init; } = "";

    public string? Detail { get; init; }
}
