using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Images;

/// <summary>
/// Notices that the API refuses a workload's pods (quota, admission). A Deployment or Rollout says so in a condition; a StatefulSet or
/// DaemonSet only in FailedCreate events, which are looked at when nothing else moves.
/// </summary>
internal sealed class RefusedPods(ICluster cluster, TimeProvider time, WorkloadSnapshot planned)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private (DateTimeOffset First, DateTimeOffset Moved, int Updated)? condition;
    private DateTimeOffset quietSince = time.GetUtcNow();
    private int? eventsBefore;

    /// <summary>When it is worth looking again though nothing was reported.</summary>
    public DateTimeOffset? LookAgainAt =>
        WorkloadReader.HasReplicaSets(planned.Kind) ? condition?.Moved + Patience : quietSince + Grace;

    // The controller's pauses between two tries double: the next try may be as far off as the last one is from the first.
    private TimeSpan Patience => condition is { } seen && seen.Moved - seen.First > Grace ? seen.Moved - seen.First : Grace;

    /// <summary>Something moved: pods were made or became ready.</summary>
    public void Moved() => quietSince = time.GetUtcNow();

    /// <summary>
    /// The server's own words, once it is clear that waiting does not help; else null. While <paramref name="makesRoom"/> (pods of the
    /// workload are on their way out, or may still be taken away) a quota may yet have a place for the next.
    /// </summary>
    public async Task<string?> FindAsync(Workload live, bool makesRoom, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (WorkloadReader.HasReplicaSets(planned.Kind)) return InCondition(live, makesRoom, now);
        if (makesRoom) quietSince = now;
        if (now - quietSince < Grace) return null;

        quietSince = now;
        ListFilter filter = new() { FieldSelector = $"involvedObject.kind={planned.Kind},involvedObject.name={planned.Name},reason=FailedCreate" };
        var events = (await ReadAsync(filter, cancellation)).Where(item => item.InvolvedObject.Uid == planned.Object.Metadata.Uid).OrderBy(item => item.LastSeen).ToList();
        var count = events.Sum(item => Math.Max(item.Series?.Count ?? 0, item.Count ?? 1));
        var before = eventsBefore;
        eventsBefore = count;
        // The first look only tells how many there were: the failed version may have left some.
        return before < count ? events[^1].Message : null;
    }

    private async Task<IReadOnlyList<Event>> ReadAsync(ListFilter filter, CancellationToken cancellation)
    {
        try
        {
            return (await cluster.ListAsync(Resources.Events, planned.Namespace, filter, cancellation)).Items;
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
        {
            // Without the right to read events the timeout decides; the rollback itself needs none.
            return [];
        }
    }

    private string? InCondition(Workload live, bool makesRoom, DateTimeOffset now)
    {
        if (live.Status.Condition("ReplicaFailure") is not { Status: "True" } failure)
        {
            condition = null;
            return null;
        }

        var updated = live.Status.UpdatedReplicas;
        if (condition is not { } seen) condition = (now, now, updated);
        else if (makesRoom || seen.Updated != updated) condition = (seen.First, now, updated);
        return now - condition.Value.Moved >= Patience ? failure.Message : null;
    }
}
