using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>
/// Makes sure that no sync is under way once automated sync is off: one that began before would put its version back after ours. An
/// automated one is ended, a person's is respected, and one of this module's own is waited for.
/// </summary>
public sealed record QuietApplication : Step
{
    public string Namespace { get; init; } = "";

    public string Application { get; init; } = "";

    /// <summary>End a person's operation, too.</summary>
    public bool Preempt { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    [JsonIgnore]
    public override string Description => $"CHECK argoproj.io/v1alpha1 applications/{Application} -n {Namespace}: no sync is under way{(Preempt ? "; end one that is" : "; end an automated one")}";

    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        ApplicationName name = new(Namespace, Application);
        var live = await context.Estate.ArgoCd.GetAsync(name, ArgoRefresh.None, cancellation);
        if (!live.IsOperating) return StepOutcome.AlreadyTrue("no sync is under way");
        var operation = live.Operation ?? live.OperationState!.Operation;
        if (operation.InitiatedBy?.StartsWith("rollbacktools:", StringComparison.Ordinal) == true)
        {
            await new OperationWait(context.Estate.ArgoCd, context.Reporter, context.Time).UntilEndedAsync(name, (_, _) => true, "Waiting for a sync of", Timeout, cancellation);
            return StepOutcome.AlreadyTrue("a sync of an earlier run has ended");
        }

        if (!operation.Automated && !Preempt) ApplicationRules.MustBeIdle(live, "Invoke-ImageRollback");
        return await TerminateOperation.Of(live).ApplyAsync(context, intend, cancellation);
    }
}
