using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>Moves a record that cannot be read to where no Helm sees it: as the newest one it keeps Helm from making its successor.</summary>
public sealed record SetAsideRevision : RecordStep
{
    public string Uid { get; init; } = "";

    public string Copy { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"POST {Wire}.{Copy}, and DELETE {Wire}: it cannot be read";

    public override Step? Invert() => new RestoreRevision { Namespace = Namespace, Release = Release, Revision = Revision, Driver = Driver, Copy = Copy };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var helm = context.Estate.Helm;
        var there = (await helm.ListAsync(Namespace, Release, cancellation)).Records.FirstOrDefault(record => record.Name == Record);
        if (there is null) return StepOutcome.AlreadyTrue($"revision {Revision} is not there");
        if (there.Uid != Uid) throw ChangedMeanwhile("is another one");
        await intend();
        await helm.KeepAsync(there, Copy, cancellation);
        try
        {
            await helm.DeleteAsync(there, cancellation);
        }
        catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound)
        {
            // Somebody was quicker; the copy is there.
        }

        return new StepOutcome(true, $"revision {Revision} is kept as {Record.ObjectName}.{Copy}");
    }
}
