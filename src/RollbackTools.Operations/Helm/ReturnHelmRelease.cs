using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// The way back as one step: takes back a rollback, in Helm's own way, by another revision that holds what was left. Its parts are on
/// record as they are done, so it can be cut off anywhere and gone on with.
/// </summary>
public sealed record ReturnHelmRelease : HelmStep
{
    [JsonIgnore]
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"roll {Move} back to revision {Move.To}, as revision {Move.Revision}");

    public override Step? Invert() => null;

    // Only once the record is known to be ours: without a stamp one that is there may be somebody else's.
    private protected override bool MarksFailure => false;

    private protected override async Task<StepOutcome> ApplyAsync(StepContext context, HelmWork work, Func<Task> intend, CancellationToken cancellation)
    {
        var newest = (await context.Estate.Helm.ListAsync(Move.Namespace, Move.Release, cancellation)).Records.FirstOrDefault();
        if (newest?.Name.Revision == Move.To) return StepOutcome.AlreadyTrue(string.Create(CultureInfo.InvariantCulture, $"revision {Move.To} is the newest; no other was made"));
        await intend();
        var changed = false;
        await AlsoAsync(new OpenHelmRevision { Move = Move, Work = work });
        try
        {
            if (Move.HooksFrom != HelmHooksFrom.None) await AlsoAsync(new RunHelmHooks { Move = Move, Work = work, Event = RunHelmHooks.Before });
            var changes = await work.ChangesAsync(cancellation);
            await AlsoAsync(new ChangeHelmObjects { Move = Move, Work = work, Objects = [.. changes.Where(ChangeHelmObjects.Touches).Select(change => change.ToString())] });
            if (Move.HooksFrom != HelmHooksFrom.None) await AlsoAsync(new RunHelmHooks { Move = Move, Work = work, Event = RunHelmHooks.After });
            await AlsoAsync(CloseHelmRevision.Deployed(Move));
        }
        catch (Exception failure)
        {
            await new HelmFailure(context.Reporter, context.Time, context.AlsoAsync).WriteAsync(Move, Failed(failure));
            throw;
        }

        return new StepOutcome(changed, string.Create(CultureInfo.InvariantCulture, $"revision {Move.Revision} holds what revision {Move.To} does"));

        async Task AlsoAsync(Step step) => changed |= (await context.AlsoAsync(step, cancellation)).Changed;
    }
}
