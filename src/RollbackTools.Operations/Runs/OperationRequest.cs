using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// What somebody asked for, as the first line of the journal keeps it: enough to plan the same run again on this machine.
/// Never holds a secret's value.
/// </summary>
public abstract record OperationRequest
{
    /// <summary>The operation's name in the record: <c>ImageRollback</c>.</summary>
    [JsonIgnore]
    public abstract string Operation { get; }

    /// <summary>As confirmation says it: <c>Undo</c> and <c>Resume</c> go before it (<c>image rollback</c>).</summary>
    [JsonIgnore]
    public abstract string Noun { get; }

    /// <summary>Targets worked on at once.</summary>
    [JsonIgnore]
    public virtual int Parallelism => 1;

    /// <summary>Why, in the operator's words.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, for the record of the whole run, when its parts have reasons of their own.</summary>
    [JsonIgnore]
    public virtual string? Why => Reason;

    /// <summary>The next command to type once a target was taken back.</summary>
    public virtual string? AfterUndo(RunTarget target) => CommandsOf(target)?.Look;

    /// <summary>How to look at a target, and at its other versions; null when only the record tells of it.</summary>
    public virtual TargetCommands? CommandsOf(RunTarget target) => null;

    /// <summary>How it is observed that a target was taken back, when that shows later than the steps are done; null when it shows at once.</summary>
    internal virtual Func<TargetRun, CancellationToken, Task<Verdict>>? ProofOfUndo(IEstate estate, TimeProvider time, IReadOnlyList<Step> undo) => null;

    internal abstract IOperation Open(IEstate estate, IOperationReporter reporter, TimeProvider time);
}

/// <summary>One kind of operation on one estate: how it is planned, and how a run of it is taken up again. Planning only reads.</summary>
internal interface IOperation : IAsyncDisposable
{
    Task<IReadOnlyList<TargetPlan>> PlanAsync(CancellationToken cancellation);

    /// <summary>
    /// Plans what is left of a run that was cut off. The steps on record are applied again, and those already true fall away;
    /// what the operation adds is how to verify. One plan per target, in that order; the caller marks which had begun.
    /// </summary>
    Task<IReadOnlyList<TargetPlan>> ResumeAsync(IReadOnlyList<UnfinishedTarget> targets, CancellationToken cancellation);
}

/// <summary>A target on record that has no good end yet, with the draft of its result.</summary>
internal sealed record UnfinishedTarget(PlannedTarget Planned, RollbackResult Draft)
{
    /// <summary>Steps that the record says were done, by their description.</summary>
    public IReadOnlyList<string> Done { get; init; } = [];
}
