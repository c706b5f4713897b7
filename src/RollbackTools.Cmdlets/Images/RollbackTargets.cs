using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Cmdlets.Images;

/// <summary>What the pipeline brought in, put together into as few requests as can be: one per estate, so that one command is one run.</summary>
internal sealed class RollbackTargets
{
    private readonly List<Target> targets = [];

    public bool Any => targets.Count > 0;

    /// <summary>Throws when the object asks for something that cannot be.</summary>
    public void Add(WorkloadIdentity identity, WorkloadReference workload) => targets.Add(new Target(
        identity.Estate,
        workload,
        identity.Wish.Goal(workload.ToString()) ?? (identity.Revision is { } revision ? new RollbackGoal { Revision = revision } : null),
        identity.Wish.Reason));

    /// <summary>
    /// <paramref name="goal"/> and <paramref name="reason"/> are those of the command line, which win; without them a piped revision
    /// means itself, and a row what its columns say. Throws when two versions of one workload were piped, before anything is changed.
    /// </summary>
    public IEnumerable<(string? Estate, IReadOnlyList<WorkloadWish> Wishes)> Group(RollbackGoal? goal, string? reason)
    {
        if (goal is null) CheckOneVersionEach();
        return targets.GroupBy(target => target.Estate).Select(group => (
            group.Key,
            (IReadOnlyList<WorkloadWish>)[.. group.DistinctBy(target => target.Workload)
                .Select(target => new WorkloadWish(target.Workload) { Goal = goal is null ? target.Goal : null, Reason = reason is null ? target.Reason : null })]));
    }

    private void CheckOneVersionEach()
    {
        var torn = targets.GroupBy(target => (target.Estate, target.Workload))
            .FirstOrDefault(group => group.Select(target => target.Goal).Distinct().Count() > 1);
        if (torn is not null) throw ImageRollbackRequest.Torn(torn.Key.Workload.ToString(), torn.Count());
    }

    private sealed record Target(string? Estate, WorkloadReference Workload, RollbackGoal? Goal, string? Reason);
}
