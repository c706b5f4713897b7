using RollbackTools.Operations.Reports;

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

/// <summary>
/// A run as its journal tells it. Its first ten properties are those of every result; where its targets differ they are summed up,
/// and <see cref="Targets"/> has each.
/// </summary>
public sealed record RunRecord
{
    public string Estate { get; init; } = "";

    public string Namespace => All(target => target.Namespace);

    public string Kind => All(target => target.Kind);

    /// <summary>The workload's name, or all of them with commas between.</summary>
    public string Name => All(target => target.Name);

    public string From => All(target => target.From);

    public string To => All(target => target.To);

    /// <summary>
    /// Failed when a target failed, and null while one has not ended; else what the targets have in common, leaving out those that
    /// were there already.
    /// </summary>
    public RollbackOutcome? Outcome
    {
        get
        {
            var outcomes = Targets.Select(target => target.Outcome).Distinct().ToList();
            if (outcomes.Contains(RollbackOutcome.Failed)) return RollbackOutcome.Failed;
            if (outcomes.Count == 0 || outcomes.Contains(null)) return null;
            if (outcomes.Count > 1) outcomes.Remove(RollbackOutcome.AlreadyThere);
            return outcomes.Contains(RollbackOutcome.Unverified) ? RollbackOutcome.Unverified : outcomes[0];
        }
    }

    public DateTimeOffset StartedAt { get; init; }

    public TimeSpan? Duration => EndedAt - StartedAt;

    public string RunId { get; init; } = "";

    /// <summary>Null while running or interrupted.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The operation: <c>ImageRollback</c>.</summary>
    public string Operation { get; init; } = "";

    public RunState State { get; init; }

    /// <summary>user@host.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The operator's -Reason.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<RunTarget> Targets { get; init => field = ReadableList<RunTarget>.Of(value); } = ReadableList<RunTarget>.Of([]);

    public IReadOnlyList<RunEntry> Steps { get; init => field = ReadableList<RunEntry>.Of(value); } = ReadableList<RunEntry>.Of([]);

    /// <summary>The journal file.</summary>
    public string Path { get; init; } = "";

    /// <summary>What its targets were warned of, and what was left undone, each once.</summary>
    public IReadOnlyList<string> Warnings => ReadableList<string>.Of([.. Targets.SelectMany(target => target.Warnings).Distinct()]);

    /// <summary>What to type next: how to take up what was cut off, else what its targets leave to somebody.</summary>
    public string? NextStep { get; init; }

    private string All(Func<RunTarget, string> what) => string.Join(", ", Targets.Select(what).Distinct());
}

/// <summary>One target of a run and how it ended. From and To are images, as people say them.</summary>
public sealed record RunTarget
{
    private static readonly IReadOnlyList<string> None = ReadableList<string>.Of([]);

    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    public string From { get; init; } = "";

    public string To { get; init; } = "";

    /// <summary>Null until it ended.</summary>
    public RollbackOutcome? Outcome { get; init; }

    public string? Message { get; init; }

    /// <summary>What it was warned of, and what was left undone.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = value is null or { Count: 0 } ? None : ReadableList<string>.Of(value); } = None;

    /// <summary>The next command to type, when there is one.</summary>
    public string? NextStep { get; init; }

    public override string ToString() => TargetName.Of(Kind, Name);

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

    public override string ToString() => string.Join(' ', new[] { $"{At:u}", Event, Target, Step, Detail }.Where(part => !string.IsNullOrEmpty(part)));
}
