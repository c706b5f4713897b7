using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Images;

/// <summary>
/// Notices that the API refuses a workload's pods (quota, admission). A Deployment or Rollout says so in a condition; a StatefulSet or
/// DaemonSet only in FailedCreate events, which are looked at when nothing else moves.
/// </summary>
internal sealed class RefusedPods(ICluster cluster, TimeProvider time, WorkloadSnapshot planned)
{
    // Long enough for the controller to make room under a quota by removing old pods first.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private (DateTimeOffset Since, int Updated)? condition;
    private DateTimeOffset quietSince = time.GetUtcNow();
    private int? eventsBefore;

    /// <summary>When it is worth looking again though nothing was reported.</summary>
    public DateTimeOffset? LookAgainAt =>
        WorkloadReader.HasReplicaSets(planned.Kind) ? condition?.Since + Grace : quietSince + Grace;

    /// <summary>Something moved: pods were made or became ready.</summary>
    public void Moved() => quietSince = time.GetUtcNow();

    /// <summary>The server's own words, once it is clear that waiting does not help; else null.</summary>
    public async Task<string?> FindAsync(Workload live, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (WorkloadReader.HasReplicaSets(planned.Kind)) return InCondition(live, now);
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

    private string? InCondition(Workload live, DateTimeOffset now)
    {
        if (live.Status.Condition("ReplicaFailure") is not { Status: "True" } failure)
        {
            condition = null;
            return null;
        }

        var updated = live.Status.UpdatedReplicas;
        if (condition is null || condition.Value.Updated != updated) condition = (now, updated);
        return now - condition.Value.Since >= Grace ? failure.Message : null;
    }
}
