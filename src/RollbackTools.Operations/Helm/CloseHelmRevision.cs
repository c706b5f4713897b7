using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

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
        var deployed = Status == HelmStatus.Deployed;
        var mine = records.FirstOrDefault(record => record.Name.Revision == Move.Revision);
        if (mine is null) return deployed ? throw ChangedMeanwhile("is gone") : StepOutcome.AlreadyTrue($"revision {Move.Revision} was not made");
        var (changed, status) = await SetAsync(helm, mine.Name, HelmStatus.PendingRollback, Status, Says, intend, cancellation);
        if (!deployed) return new StepOutcome(changed, $"revision {Move.Revision}: {Says}");

        // Somebody who marked it otherwise had a reason; and superseding the others then would leave nothing deployed.
        if (status != HelmStatus.Deployed) throw ChangedMeanwhile($"is {status} by now");
        foreach (var other in records.Where(record => record.Status == HelmStatus.Deployed && record.Name.Revision < Move.Revision))
            changed |= (await SetAsync(helm, other.Name, HelmStatus.Deployed, HelmStatus.Superseded, null, changed ? () => Task.CompletedTask : intend, cancellation)).Changed;
        return new StepOutcome(changed, $"revision {Move.Revision}: {Says}");
    }

    private async Task<(bool Changed, string Status)> SetAsync(
        IHelmStorage helm, HelmRecordName name, string from, string to, string? says, Func<Task> intend, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var record = await helm.ReadAsync(name, cancellation);
            // A record of somebody else's rollback is his to end.
            if (record.Status != from || (name.Revision == Move.Revision && Move.Stamp is { } stamp && record.Info.LastDeployed != stamp)) return (false, record.Status);
            if (attempt == 1) await intend();
            try
            {
                await helm.UpdateAsync(record.With(new HelmRecordEdit { Status = to, Description = says }), cancellation);
                return (true, to);
            }
            catch (EstateException late) when (late.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Somebody put a label on it, or wrote it as well: what is there now decides.
            }
        }
    }

    private RollbackException ChangedMeanwhile(string how) => new("ChangedMeanwhile", $"The record of revision {Move.Revision} of {Move} {how}: somebody else works on it.")
    {
        Target = Move.Release,
        NextStep = $"Get-HelmHistory {Move.Release} -Namespace {Move.Namespace}",
    };
}
