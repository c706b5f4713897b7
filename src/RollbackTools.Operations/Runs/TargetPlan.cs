using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// What is to be done to one target, decided before anything is done to any. Either it is refused, or there are steps
/// (none when it is already true) and a way to verify.
/// </summary>
public sealed record TargetPlan
{
    /// <summary>The result so far: identity, from, to, steps and warnings. The engine completes it.</summary>
    public required RollbackResult Draft { get; init; }

    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>Why nothing can be done; then there are no steps.</summary>
    public Exception? Refusal { get; init; }

    /// <summary>Already true and already observed: nothing to do, nothing to wait for.</summary>
    public Verdict? Settled { get; init; }

    /// <summary>Waits for proof. Further steps it finds necessary go through <see cref="TargetRun.ApplyAsync"/>.</summary>
    public Func<TargetRun, CancellationToken, Task<Verdict>>? Verify { get; init; }

    /// <summary>
    /// What follows once it is proven, in order. A step that is refused and <see cref="Step.MayBeLeft"/>, or that waits for somebody, ends it
    /// there; <see cref="Conclude"/> says what that means.
    /// </summary>
    public IReadOnlyList<Step> Then { get; init; } = [];

    /// <summary>The verdict after the follow-up, from the one before it and what was left undone (null: nothing).</summary>
    public Func<Verdict, LeftUndone?, Verdict>? Conclude { get; init; }

    /// <summary>The verdict when one of <see cref="Steps"/> waits for somebody, and nothing was proven.</summary>
    public Func<Step, Verdict>? Waiting { get; init; }

    /// <summary>What the outcome is called when it worked.</summary>
    public RollbackOutcome Success { get; init; } = RollbackOutcome.RolledBack;

    /// <summary>What nobody else may be working on meanwhile: the target in its namespace, unless said otherwise. Empty needs no lock.</summary>
    public IReadOnlyList<LockedTarget> Locks { get => field ?? [new LockedTarget(Draft.Namespace, Target.ToString())]; init; }

    /// <summary>Targets of a lower wave come first; a wave begins only when the one before it ended well.</summary>
    public int Wave { get; init; }

    /// <summary>The target of an earlier plan of the same run without which this one makes no sense: declined together with that one.</summary>
    public RunTarget? Needs { get; init; }

    /// <summary>An earlier process of this run began with this target: what it finds true was made true by the run.</summary>
    public bool Begun { get; init; }

    /// <summary>
    /// An earlier process of this run ended with this target: its outcome stands. It is planned again so that the record stays
    /// whole and the lock is the one that process left behind.
    /// </summary>
    public RunTarget? Ended { get; init; }

    /// <summary>What is dangerous about it beyond that it changes production: asked about on its own.</summary>
    public string? Danger { get; init; }

    /// <summary>Several dangers as one; null when there is none.</summary>
    public static string? DangerOf(params IEnumerable<string?> dangers) =>
        dangers.OfType<string>().ToList() is { Count: > 0 } real ? string.Join(' ', real) : null;

    /// <summary>For confirmation: <c>Roll back image</c>, <c>Undo image rollback</c>.</summary>
    public string Action { get; init; } = "";

    public RunTarget Target => new() { Namespace = Draft.Namespace, Kind = Draft.Kind, Name = Draft.Name, From = Draft.From, To = Draft.To };
}

/// <summary>The follow-up step that was not done, or waits for somebody; the refusal when it was refused.</summary>
public sealed record LeftUndone(Step Step, Exception? Refusal);

/// <summary>One target being worked on: applies steps so that the journal always knows first.</summary>
public sealed class TargetRun
{
    private readonly StepContext context;
    private readonly RunJournal journal;
    private readonly TargetPlan plan;
    private readonly RunStanding standing;

    internal TargetRun(IEstate estate, IOperationReporter reporter, TimeProvider time, RunJournal journal, TargetPlan plan, RunStanding standing)
    {
        (this.journal, this.plan, this.standing) = (journal, plan, standing);
        context = new StepContext(estate, reporter, time) { AlsoAsync = ApplyAsync };
    }

    public string RunId => Path.GetFileNameWithoutExtension(journal.Path);

    /// <summary>Whether any step changed something, as opposed to finding it true.</summary>
    public bool Changed { get; private set; }

    public List<string> Warnings { get; } = [];

    public async Task<StepOutcome> ApplyAsync(Step step, CancellationToken cancellation)
    {
        try
        {
            var outcome = await step.ApplyAsync(context, () => IntendAsync(step), cancellation);
            Changed |= outcome.Changed;
            if (outcome.Changed) standing.Changed(plan);
            // What is waited for together may apply at once.
            if (outcome.Warning is { } warning) lock (Warnings) Warnings.Add(warning);
            await WriteAsync(outcome.Changed ? RunEvent.Done : RunEvent.AlreadyTrue, step, outcome.Detail);
            return outcome;
        }
        catch (Exception refusal) when (refusal is EstateException or RollbackException)
        {
            await WriteAsync(RunEvent.Failed, step, refusal.Message);
            throw;
        }
    }

    private async Task IntendAsync(Step step)
    {
        await WriteAsync(RunEvent.Intent, step, null);
        standing.Begun(plan);
    }

    private Task WriteAsync(RunEvent what, Step step, string? detail) => journal.AppendAsync(new RunLine
    {
        Event = what,
        Target = plan.Target,
        Step = step,
        Inverse = what == RunEvent.Intent ? step.Invert() : null,
        Detail = detail,
    });
}
