using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// Notices that the API refuses a workload's pods (quota, admission). A Deployment or Rollout says so in a condition that stays until the
/// next pod is made; how often its pods were refused is only in FailedCreate events, which are looked at when nothing else moves.
/// </summary>
/// <param name="isOld">Whether a ReplicaSet of this name holds another version's pods.</param>
internal sealed class RefusedPods(ICluster cluster, TimeProvider time, WorkloadSnapshot planned, Func<string, bool> isOld)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private (DateTimeOffset Since, int Updated, bool RoomWasMade)? condition;
    private DateTimeOffset quietSince = time.GetUtcNow();
    private int? eventsBefore;

    /// <summary>When it is worth looking again though nothing was reported; null when nothing was refused.</summary>
    public DateTimeOffset? LookAgainAt => HasReplicaSets ? condition?.Since + Grace : quietSince + Grace;

    private bool HasReplicaSets => WorkloadReader.HasReplicaSets(planned.Kind);

    /// <summary>Something moved: pods were made or became ready.</summary>
    public void Moved() => quietSince = time.GetUtcNow();

    /// <summary>
    /// The server's own words, once it is clear that waiting does not help; else null. While <paramref name="makesRoom"/> (pods of the
    /// workload are on their way out, or may still be taken away) a quota may yet have a place for the next.
    /// </summary>
    public Task<string?> FindAsync(Workload live, bool makesRoom, CancellationToken cancellation) =>
        HasReplicaSets ? InConditionAsync(live, makesRoom, cancellation) : InEventsAsync(makesRoom, cancellation);

    private async Task<string?> InEventsAsync(bool makesRoom, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (makesRoom) quietSince = now;
        if (now - quietSince < Grace) return null;

        quietSince = now;
        return await RefusedAgainAsync(cancellation);
    }

    /// <summary>
    /// Where room was made after a refusal, only a later refusal says that there is none. The controller may take minutes until it tries
    /// again: its pauses double with every refusal, and every change of a pod may bring it to one more.
    /// </summary>
    private async Task<string?> InConditionAsync(Workload live, bool makesRoom, CancellationToken cancellation)
    {
        if (live.Status.Condition("ReplicaFailure") is not { Status: "True" } failure)
        {
            condition = null;
            return null;
        }

        var (now, updated) = (time.GetUtcNow(), live.Status.UpdatedReplicas);
        if (condition is not { } seen)
        {
            condition = (now, updated, makesRoom);
            return null;
        }

        if (makesRoom || seen.Updated != updated)
        {
            condition = (now, updated, true);
            eventsBefore = null;
            return null;
        }

        if (now - seen.Since < Grace) return null;
        if (!seen.RoomWasMade) return failure.Message;
        condition = seen with { Since = now };
        return await RefusedAgainAsync(cancellation);
    }

    /// <summary>The words of the last refusal when there were more than at the look before; the first look only counts.</summary>
    private async Task<string?> RefusedAgainAsync(CancellationToken cancellation)
    {
        var events = (await ReadAsync(cancellation)).OrderBy(item => item.LastSeen).ToList();
        var count = events.Sum(item => Math.Max(item.Series?.Count ?? 0, item.Count ?? 1));
        var before = eventsBefore;
        eventsBefore = count;
        return before < count ? events[^1].Message : null;
    }

    private async Task<IEnumerable<Event>> ReadAsync(CancellationToken cancellation)
    {
        var kind = HasReplicaSets ? "ReplicaSet" : planned.Kind.ToString();
        var name = HasReplicaSets ? "" : $",involvedObject.name={planned.Name}";
        ListFilter filter = new() { FieldSelector = $"involvedObject.kind={kind}{name},reason=FailedCreate" };
        try
        {
            return (await cluster.ListAsync(Resources.Events, planned.Namespace, filter, cancellation)).Items.Where(IsOfGoal);
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
        {
            // Without the right to read events the timeout decides; the rollback itself needs none.
            return [];
        }
    }

    private bool IsOfGoal(Event item) => HasReplicaSets
        ? item.InvolvedObject.Name is { } set && set.StartsWith($"{planned.Name}-", StringComparison.Ordinal) && !isOld(set)
        : item.InvolvedObject.Uid == planned.Object.Metadata.Uid;
}
