using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
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
        catch (Exception failure) when (failure is EstateException or RollbackException or OperationCanceledException)
        {
            if (MarksFailure) await FailAsync(context, Failed(failure));
            throw;
        }
    }

    /// <summary>Whether it writes the failure down; one that is made of others leaves that to them.</summary>
    [JsonIgnore]
    private protected virtual bool MarksFailure => true;

    /// <summary>Helm's words for a failure here, for the record's description.</summary>
    protected virtual string Failed(Exception failure) => $"Rollback \"{Move.Release}\" failed: {Reason(failure)}";

    private protected abstract Task<StepOutcome> ApplyAsync(StepContext context, HelmWork work, Func<Task> intend, CancellationToken cancellation);

    private protected static string Reason(Exception failure) => failure is OperationCanceledException ? "context canceled" : failure.Message;

    /// <summary>Writes that it failed, whatever became of the token: the one thing that must not be left out. Best effort, and bounded.</summary>
    private protected async Task FailAsync(StepContext context, string description)
    {
        using CancellationTokenSource bounded = new(TimeSpan.FromSeconds(10), context.Time);
        try
        {
            await context.AlsoAsync(new CloseHelmRevision { Move = Move, Status = HelmStatus.Failed, Says = description }, bounded.Token);
        }
        catch (Exception refusal) when (refusal is EstateException or RollbackException or OperationCanceledException)
        {
            context.Reporter.Warning($"Revision {Move.Revision} of {Move} may still be {HelmStatus.PendingRollback}: {refusal.Message} " +
                $"Repair-HelmRelease {Move.Release} -Namespace {Move.Namespace} puts that right.");
        }
    }
}
