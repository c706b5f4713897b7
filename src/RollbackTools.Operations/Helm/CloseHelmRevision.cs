using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Writes down how the new revision ended. Deployed: it first and then those before it as superseded, so that there is a deployed one at every
/// moment. Failed: what was deployed stays so (Helm supersedes it, and then has nothing deployed: helm#8987).
/// </summary>
public sealed record CloseHelmRevision : Step
{
    private const int Attempts = 6;

    public HelmMove Move { get; init; } = new();

    public string Status { get; init; } = HelmStatus.Deployed;

    /// <summary>The record's description, in Helm's words.</summary>
    public string Says { get; init; } = "";

    [JsonIgnore]
    public override string Description => string.Create(CultureInfo.InvariantCulture,
        $"PUT v1 {(Move.Driver == HelmDriver.Secret ? "secrets" : "configmaps")}/{Move.Name(Move.Revision).ObjectName} -n {Move.Namespace}: {HelmStatus.PendingRollback} → {Status}")
        + (Status == HelmStatus.Deployed ? ", and what was deployed → superseded" : "");

    /// <summary>A failed record for a reason, a deployed one for its way back.</summary>
    public static CloseHelmRevision Deployed(HelmMove move) => new() { Move = move, Says = move.Description };

    public override Step? Invert() => null;

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var helm = context.Estate.Helm;
        var records = (await helm.ListAsync(Move.Namespace, Move.Release, cancellation)).Records;
        var changed = false;
        if (records.FirstOrDefault(record => record.Name.Revision == Move.Revision) is { } mine)
            changed = await SetAsync(helm, mine.Name, HelmStatus.PendingRollback, Status, Says, intend, cancellation);
        else if (Status == HelmStatus.Deployed)
            throw new RollbackException("ChangedMeanwhile", $"The record of revision {Move.Revision} of {Move} is gone.") { Target = Move.Release, NextStep = $"Get-HelmHistory {Move.Release} -Namespace {Move.Namespace}" };
        if (Status == HelmStatus.Deployed)
        {
            foreach (var other in records.Where(record => record.Status == HelmStatus.Deployed && record.Name.Revision < Move.Revision))
                changed |= await SetAsync(helm, other.Name, HelmStatus.Deployed, HelmStatus.Superseded, null, changed ? () => Task.CompletedTask : intend, cancellation);
        }

        return new StepOutcome(changed, $"revision {Move.Revision}: {Says}");
    }

    private static async Task<bool> SetAsync(
        IHelmStorage helm, HelmRecordName name, string from, string to, string? says, Func<Task> intend, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var record = await helm.ReadAsync(name, cancellation);
            if (record.Status != from) return false;
            if (attempt == 1) await intend();
            try
            {
                await helm.UpdateAsync(record.With(new HelmRecordEdit { Status = to, Description = says }), cancellation);
                return true;
            }
            catch (EstateException late) when (late.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Somebody put a label on it, or wrote it as well: what is there now decides.
            }
        }
    }
}
