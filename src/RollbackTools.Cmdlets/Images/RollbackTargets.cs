using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Images;

/// <summary>What the pipeline brought in, put together into as few requests as can be: one per estate and version.</summary>
internal sealed class RollbackTargets
{
    private readonly List<Target> targets = [];

    public bool Any => targets.Count > 0;

    public void Add(WorkloadIdentity identity, WorkloadReference workload) => targets.Add(new Target(identity.Estate, workload, identity.Revision));

    /// <summary>
    /// <paramref name="asked"/> is the version of the command line; null lets a piped revision mean itself. Throws when two
    /// revisions of one workload were piped, before anything is changed.
    /// </summary>
    public IEnumerable<(string? Estate, RollbackGoal Goal, IReadOnlyList<WorkloadReference> Workloads)> Group(RollbackGoal? asked)
    {
        if (asked is null) CheckOneRevisionEach();
        return targets.GroupBy(target => (target.Estate, Goal: asked ?? GoalOf(target.Revision)))
            .Select(group => (group.Key.Estate, group.Key.Goal, (IReadOnlyList<WorkloadReference>)[.. group.Select(target => target.Workload).Distinct()]));
    }

    private static RollbackGoal GoalOf(long? revision) => revision is null ? RollbackGoal.KnownGood : new RollbackGoal { Revision = revision };

    private void CheckOneRevisionEach()
    {
        var torn = targets.GroupBy(target => (target.Estate, target.Workload))
            .FirstOrDefault(group => group.Select(target => target.Revision).Distinct().Count() > 1);
        if (torn is null) return;
        var workload = torn.Key.Workload;
        throw new RollbackException(
            "AmbiguousRevision", $"{workload} was piped with {torn.Count()} different revisions; it can only go back to one.")
        {
            Target = workload.ToString(),
            NextStep = $"Invoke-ImageRollback {workload} goes to known-good; or pipe one revision: Get-ImageHistory {workload} | Where-Object Revision -eq … | Invoke-ImageRollback",
        };
    }

    private sealed record Target(string? Estate, WorkloadReference Workload, long? Revision);
}
