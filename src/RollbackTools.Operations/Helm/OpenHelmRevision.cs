using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Makes the new revision's record, pending. Making it is the lock between Helm's own: of two, one gets AlreadyExists. Taking it back is a whole
/// way of its own, to the revision that was left. What is pending before it never ends by itself any more, and is marked failed: nothing that was
/// cut off stays pending.
/// </summary>
public sealed record OpenHelmRevision : HelmStep
{
    [JsonIgnore]
    public override string Description => string.Create(CultureInfo.InvariantCulture,
        $"POST v1 {(Move.Driver == HelmDriver.Secret ? "secrets" : "configmaps")}/{Move.Name(Move.Revision).ObjectName} -n {Move.Namespace}: {HelmStatus.PendingRollback}, {Move.Description}");

    public override Step? Invert() => new ReturnHelmRelease { Move = Move with { From = Move.Revision, To = Move.From, Stamp = null } };

    // Without its stamp a record that is there need not be ours.
    private protected override bool MarksFailure => Move.Stamp is not null;

    private protected override async Task<StepOutcome> ApplyAsync(StepContext context, HelmWork work, Func<Task> intend, CancellationToken cancellation)
    {
        var intended = false;
        var records = (await context.Estate.Helm.ListAsync(Move.Namespace, Move.Release, cancellation)).Records;
        var opened = await OpenAsync(context, work, records.FirstOrDefault(), IntendAsync, cancellation);
        var ended = await new AbandonedRevisions(context, Move).EndAsync(records, IntendAsync, cancellation);
        return ended.Count == 0 ? opened : opened with { Changed = true, Detail = $"{opened.Detail}; {string.Join(", ", ended)} never finished and is {HelmStatus.Failed}" };

        async Task IntendAsync()
        {
            if (!intended) await intend();
            intended = true;
        }
    }

    private async Task<StepOutcome> OpenAsync(StepContext context, HelmWork work, HelmRecordHeader? newest, Func<Task> intend, CancellationToken cancellation)
    {
        var helm = context.Estate.Helm;
        if (newest?.Name.Revision == Move.Revision) return await TakeUpAsync(helm, work, intend, cancellation);
        if (newest?.Name.Revision != Move.From) throw ChangedMeanwhile(newest);
        await intend();
        try
        {
            var made = await helm.CreateAsync(await PendingAsync(context, work, cancellation), cancellation);
            return new StepOutcome(true, $"revision {made.Revision} is {made.Status}");
        }
        catch (EstateException unclear) when (unclear.Kind is EstateErrorKind.AlreadyExists)
        {
            // Ours, if an answer was lost on the way.
            return await TakeUpAsync(helm, work, () => Task.CompletedTask, cancellation) with { Changed = true };
        }
    }

    private async Task<HelmRecord> PendingAsync(StepContext context, HelmWork work, CancellationToken cancellation)
    {
        var (from, target) = (await work.FromAsync(cancellation), await work.TargetAsync(cancellation));
        return target.AsNew(new HelmRecordEdit
        {
            Revision = Move.Revision,
            Status = HelmStatus.PendingRollback,
            Description = Move.Description,
            FirstDeployedFrom = from,
            LastDeployed = Move.Stamp ?? context.Time.GetUtcNow(),
            // Most Helms say so in the description only; one that writes the field is known by a record that has it.
            RollbackRevision = from.Info.RollbackRevision is not null || target.Info.RollbackRevision is not null ? Move.To : 0,
        });
    }

    /// <summary>The record is there: ours from before, or somebody else's.</summary>
    private async Task<StepOutcome> TakeUpAsync(IHelmStorage helm, HelmWork work, Func<Task> intend, CancellationToken cancellation)
    {
        var there = await helm.ReadAsync(Move.Name(Move.Revision), cancellation);
        if (!await IsOursAsync(there, work, cancellation)) throw ChangedMeanwhile(there.Header);
        if (there.Status is HelmStatus.PendingRollback or HelmStatus.Deployed) return StepOutcome.AlreadyTrue($"revision {there.Revision} is {there.Status}");
        await intend();
        await helm.UpdateAsync(there.With(new HelmRecordEdit { Status = HelmStatus.PendingRollback, Description = Move.Description }), cancellation);
        return new StepOutcome(true, $"revision {there.Revision} is {HelmStatus.PendingRollback} again");
    }

    private async Task<bool> IsOursAsync(HelmRecord there, HelmWork work, CancellationToken cancellation) => Move.Stamp is { } stamp
        ? there.Info.LastDeployed == stamp
        : there.Status is HelmStatus.PendingRollback or HelmStatus.Failed or HelmStatus.Deployed && there.SameContentAs(await work.TargetAsync(cancellation));

    private RollbackException ChangedMeanwhile(HelmRecordHeader? newest) =>
        new("ChangedMeanwhile", newest is null
            ? $"{Move} was uninstalled since this was planned."
            : string.Create(CultureInfo.InvariantCulture, $"{Move} is at revision {newest.Name.Revision} ({newest.Status}) by now: somebody else works on it. This goes back from revision {Move.From}."))
        {
            Target = Move.Release,
            NextStep = $"Get-HelmHistory {Move.Release} -Namespace {Move.Namespace}",
        };
}
