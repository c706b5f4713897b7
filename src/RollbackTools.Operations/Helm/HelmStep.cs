using System.Text.Json.Serialization;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>A step on the way of one release. Whatever ends it early leaves the new revision failed, never pending, so that the next upgrade is accepted.</summary>
public abstract record HelmStep : Step
{
    public HelmMove Move { get; init; } = new();

    /// <summary>What this process read already; another one reads it again.</summary>
    [JsonIgnore]
    internal HelmWork? Work { get; init; }

    public sealed override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        try
        {
            return await ApplyAsync(context, Work ?? new HelmWork(context.Estate, Move), intend, cancellation);
        }
        catch (Exception failure)
        {
            if (MarksFailure) await new HelmFailure(context.Reporter, context.Time, context.AlsoAsync).WriteAsync(Move, Failed(failure));
            throw;
        }
    }

    /// <summary>Whether it writes the failure down itself.</summary>
    [JsonIgnore]
    private protected virtual bool MarksFailure => true;

    /// <summary>Helm's words for a failure here, for the record's description.</summary>
    protected virtual string Failed(Exception failure) => $"Rollback \"{Move.Release}\" failed: {HelmFailure.Reason(failure)}";

    private protected abstract Task<StepOutcome> ApplyAsync(StepContext context, HelmWork work, Func<Task> intend, CancellationToken cancellation);
}
