using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>Puts a record back that was moved out of Helm's sight.</summary>
public sealed record RestoreRevision : RecordStep
{
    public string Copy { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"POST {Wire}: as it was kept in {Record.ObjectName}.{Copy}";

    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        try
        {
            await intend();
            return await context.Estate.Helm.RestoreAsync(Record, Copy, cancellation)
                ? new StepOutcome(true, $"revision {Revision} is as it was")
                : StepOutcome.AlreadyTrue($"there is no {Record.ObjectName}.{Copy} to put back");
        }
        catch (EstateException taken) when (taken.Kind == EstateErrorKind.AlreadyExists)
        {
            throw ChangedMeanwhile("is there again");
        }
    }
}
