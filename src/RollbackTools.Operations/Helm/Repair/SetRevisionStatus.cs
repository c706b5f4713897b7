using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>
/// Gives a record the status that is true, in the record and in the label Helm selects by. What was found goes behind its description, and
/// comes off again when it is taken back, so that the description itself need not be on record anywhere else.
/// </summary>
public sealed record SetRevisionStatus : RecordStep
{
    public string From { get; init; } = "";

    public string To { get; init; } = "";

    /// <summary>Put behind the description; null leaves it alone.</summary>
    public string? Note { get; init; }

    /// <summary>Taken off the description's end.</summary>
    public string? WithoutNote { get; init; }

    [JsonIgnore]
    public override string Description => From == To ? $"PUT {Wire}: label status → {To}" : $"PUT {Wire}: {From} → {To}{(Note is null ? "" : $" ({Note})")}";

    // A label that said something else than its record is not made wrong again.
    public override Step? Invert() => From == To ? null : this with { From = To, To = From, Note = WithoutNote, WithoutNote = Note };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var changed = await ChangeAsync(context, intend, read => Task.FromResult(Edit(read)), cancellation);
        return changed ? new StepOutcome(true, $"revision {Revision} is {To}") : StepOutcome.AlreadyTrue($"revision {Revision} is {To} already");
    }

    private HelmRecord? Edit(HelmRecord read)
    {
        if (read.Status == To) return read.Header.Status == To ? null : read.With(new HelmRecordEdit { Status = To });
        if (read.Status != From) throw ChangedMeanwhile($"is {read.Status}");
        return read.With(new HelmRecordEdit { Status = To, Description = Described(read.Info.Description) });
    }

    private string? Described(string before)
    {
        if (WithoutNote is { } off) return before.EndsWith(Behind(off), StringComparison.Ordinal) ? before[..^Behind(off).Length] : null;
        return Note is { } on ? before + Behind(on) : null;
    }

    private static string Behind(string note) => $"; {note}";
}
