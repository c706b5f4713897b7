using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>Puts a manifest back as it was kept. What else became of the record meanwhile (another status, say) stays.</summary>
public sealed record RestoreManifest : RecordStep
{
    public string Copy { get; init; } = "";

    [JsonIgnore]
    public override string Description => $"PUT {Wire}: the manifest as it was kept in {Record.ObjectName}.{Copy}";

    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var helm = context.Estate.Helm;
        if (await helm.ReadKeptAsync(Record, Copy, cancellation) is not { } kept) return StepOutcome.AlreadyTrue($"there is no {Record.ObjectName}.{Copy} to put back");
        var changed = await ChangeAsync(context, intend, read => Task.FromResult(
            read.Manifest == kept.Manifest ? null : read.With(new HelmRecordEdit { Manifest = kept.Manifest })), cancellation);
        await helm.ForgetAsync(Record, Copy, cancellation);
        return new StepOutcome(changed, $"the manifest of revision {Revision} is as it was");
    }
}
