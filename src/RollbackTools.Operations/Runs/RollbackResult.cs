using RollbackTools.Operations.Reports;

namespace RollbackTools.Operations.Runs;

public enum RollbackOutcome
{
    /// <summary>Changed, and observed healthy.</summary>
    RolledBack,

    /// <summary>Nothing to do: it runs what was asked for already, and that was observed.</summary>
    AlreadyThere,

    /// <summary>-WhatIf: planned, nothing changed.</summary>
    Planned,

    /// <summary>The operator said no.</summary>
    Declined,

    /// <summary>Changed as asked, and not proven: the operator chose not to wait (-NoWait), or no pods are wanted, so nothing runs.</summary>
    Unverified,

    /// <summary>Not healthy, refused or overtaken; <c>Message</c> says why and <c>NextStep</c> what to do.</summary>
    Failed,

    /// <summary>Taken back to what it was before the run.</summary>
    Undone,

    /// <summary>Set as asked, and observed to be so; nothing was rolled back by it (a policy, a pin, a pause).</summary>
    Changed,

    /// <summary>Waits for somebody: pushed to a branch of its own, since the one it is for is protected. Nothing is in effect yet.</summary>
    Proposed,

    /// <summary>On its way as asked, and standing at a pause that somebody has to end: a canary's step, or a blue-green promotion.</summary>
    Paused,
}

/// <summary>
/// What happened to one target. Parameterless with init properties, so that it survives jobs and remoting and binds again.
/// The first ten properties are the same on every result of this module; a result that says more overrides them, so that they
/// still come first.
/// </summary>
public record RollbackResult
{
    public virtual string Estate { get; init; } = "";

    public virtual string Namespace { get; init; } = "";

    public virtual string Kind { get; init; } = "";

    public virtual string Name { get; init; } = "";

    /// <summary>Images before, container by container when there are several: <c>api=repo/a:41, proxy=repo/p:3</c>.</summary>
    public virtual string From { get; init; } = "";

    /// <summary>Images after.</summary>
    public virtual string To { get; init; } = "";

    public virtual RollbackOutcome Outcome { get; init; }

    public virtual DateTimeOffset StartedAt { get; init; }

    public virtual TimeSpan Duration { get; init; }

    public virtual string RunId { get; init; } = "";

    /// <summary>The revision it ran before; 0 when unknown.</summary>
    public long FromRevision { get; init; }

    /// <summary>The revision it was taken to, by the number it had before (the controller gives it a new one).</summary>
    public long ToRevision { get; init; }

    /// <summary>One sentence: what happened, or why it failed.</summary>
    public string Message { get; init; } = "";

    /// <summary>Events, container states and last log lines behind a failure.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>What this run changes or changed, in the wire's own words.</summary>
    public IReadOnlyList<string> Steps { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>Things that will matter soon: who will fight back, what still points at the bad version.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = ReadableList<string>.Of(value); } = ReadableList<string>.Of([]);

    /// <summary>The next command to type, when there is one.</summary>
    public string? NextStep { get; init; }

    /// <summary>The error's stable name when <see cref="Outcome"/> is Failed: <c>RolloutFailed</c>, <c>LockHeld</c>, <c>Forbidden</c> …</summary>
    public string? ErrorId { get; init; }
}
