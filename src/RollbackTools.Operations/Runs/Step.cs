using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>
/// One change to the outside world, as data: it can be shown, written to the journal, applied in another process, and taken
/// back by what <see cref="Invert"/> gives. Applying is idempotent: it reads, decides, and acts only if that is still needed.
/// Holds references and hashes, never a secret's value.
/// </summary>
public abstract record Step
{
    /// <summary>What it changes, in the wire's own words: <c>PATCH apps/v1 deployments/api: image a:41 → a:40</c>.</summary>
    [JsonIgnore]
    public abstract string Description { get; }

    /// <summary>Whether a target is well without it, when it is a follow-up that is refused: then what comes after it is left, too.</summary>
    [JsonIgnore]
    public virtual bool MayBeLeft => false;

    /// <summary>What takes it back; null when there is nothing to take back.</summary>
    public abstract Step? Invert();

    /// <summary>
    /// Makes it so, or finds it so. Calls <paramref name="intend"/> and waits for it right before anything is sent.
    /// Throws <see cref="RollbackException"/> (ChangedMeanwhile) rather than overwrite what somebody else did.
    /// </summary>
    public abstract Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation);
}

/// <summary>What a step acts on and speaks through while it is applied.</summary>
public sealed record StepContext(IEstate Estate, IOperationReporter Reporter, TimeProvider Time)
{
    /// <summary>Applies what turns out to be needed on the way, on record like a step of its own.</summary>
    public required ApplyStep AlsoAsync { get; init; }
}

/// <summary>Applies a step and writes down that it was.</summary>
public delegate Task<StepOutcome> ApplyStep(Step step, CancellationToken cancellation);

/// <summary>How a step ended. <see cref="Changed"/> is false when it was true already.</summary>
public sealed record StepOutcome(bool Changed, string Detail)
{
    /// <summary>Something beside the step's purpose that did not work out; null when all did.</summary>
    public string? Warning { get; init; }

    /// <summary>It is done as far as this can be, and takes effect when somebody agrees (a pull request): what builds upon it is not begun.</summary>
    public bool WaitsForSomebody { get; init; }

    public static StepOutcome AlreadyTrue(string detail) => new(false, detail);
}
