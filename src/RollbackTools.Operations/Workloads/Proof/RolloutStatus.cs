using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Operations.Workloads.Proof;

/// <summary>
/// Whether a rollout is complete, by the rules of <c>kubectl rollout status</c>, so that it is never complete here and not there; what
/// kubectl refuses to judge (OnDelete) is judged by its pods elsewhere, and a StatefulSet's minReadySeconds, which kubectl passes over,
/// count. Failure is not decided here: a deadline may be stale.
/// </summary>
public sealed record RolloutStatus(bool Complete, string Message)
{
    /// <summary>Complete because no pods are wanted: the version was put there, and nothing shows that it works.</summary>
    public bool ProvesNothing { get; init; }

    /// <summary>What a person has to do before it can go on, when it waits for one.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>As below, for a workload that takes its template from another, of which this generation must have been seen.</summary>
    public static RolloutStatus Of(WorkloadSnapshot workload, Workload live, long? referenced) =>
        workload.Kind == WorkloadKind.Rollout ? OfRollout(live, referenced) : Of(workload.Kind, live);

    public static RolloutStatus Of(WorkloadSnapshot workload) => Of(workload, workload.Object, workload.Reference?.Object.Metadata.Generation)
        .Among(workload.Kind, workload.Object, workload.Pods, pod => workload.Current?.Owns(pod) != false);

    public static RolloutStatus Of(WorkloadKind kind, Workload workload) => kind switch
    {
        WorkloadKind.Rollout => OfRollout(workload, null),
        _ when workload.Status.ObservedGeneration < workload.Metadata.Generation => Waiting("the controller has not seen the change yet"),
        WorkloadKind.Deployment => OfDeployment(workload),
        WorkloadKind.StatefulSet => OfStatefulSet(workload),
        _ => OfDaemonSet(workload),
    };

    /// <summary>
    /// The same, in view of the pods. The controllers of StatefulSets and DaemonSets count a pod that is Terminating for as long as it is
    /// ready, and a DaemonSet with maxSurge is done by its counts while the old pod is still there (pkg/controller/statefulset,
    /// pkg/controller/daemon).
    /// </summary>
    /// <param name="pods">All of the workload.</param>
    /// <param name="isOfGoal">Whether a pod has the template that is asked for.</param>
    public RolloutStatus Among(WorkloadKind kind, Workload live, IEnumerable<Pod> pods, Func<Pod, bool> isOfGoal)
    {
        if (!Complete || kind is not (WorkloadKind.StatefulSet or WorkloadKind.DaemonSet)) return this;
        var present = pods.Where(pod => !pod.HasEnded).ToList();
        if (present.Count(pod => pod.IsReadyThoughTerminating) is > 0 and var going)
            return Waiting($"{Message}, {going} of them Terminating and still to be replaced");
        var old = kind == WorkloadKind.DaemonSet && live.Spec.UpdateStrategy?.Type != "OnDelete"
            ? present.Count(pod => pod.Metadata.DeletionTimestamp is null && !isOfGoal(pod)) : 0;
        return old > 0 ? Waiting($"{old} old pods still to go") : this;
    }

    private static RolloutStatus OfDeployment(Workload workload)
    {
        var (wanted, status) = (workload.Spec.Replicas ?? 1, workload.Status);
        if (status.UpdatedReplicas < wanted) return Waiting($"{status.UpdatedReplicas} of {wanted} pods updated");
        if (status.Replicas > status.UpdatedReplicas) return Waiting($"{status.Replicas - status.UpdatedReplicas} old pods still to go");
        return status.AvailableReplicas < status.UpdatedReplicas
            ? Waiting($"{status.AvailableReplicas} of {status.UpdatedReplicas} updated pods available")
            : Done(status.AvailableReplicas);
    }

    private static RolloutStatus OfStatefulSet(Workload workload)
    {
        var (wanted, status) = (workload.Spec.Replicas ?? 1, workload.Status);
        if (status.ReadyReplicas < wanted) return Waiting($"{status.ReadyReplicas} of {wanted} pods ready");
        // Without minReadySeconds ready is available; servers before 1.22 have no count of it.
        if (workload.Spec.MinReadySeconds > 0 && status.AvailableReplicas < wanted)
            return Waiting($"{status.AvailableReplicas} of {wanted} pods available (ready for {workload.Spec.MinReadySeconds}s, minReadySeconds)");
        if (workload.Spec.UpdateStrategy?.Type == "OnDelete") return Done(status.ReadyReplicas);
        if (workload.Spec.UpdateStrategy?.RollingUpdate?.Partition is > 0 and var partition)
        {
            var due = Math.Max(0, wanted - partition);
            return status.UpdatedReplicas < due ? Waiting($"{status.UpdatedReplicas} of {due} pods updated (partition {partition})") : Done(wanted);
        }

        return status.UpdateRevision != status.CurrentRevision ? Waiting($"{status.UpdatedReplicas} of {wanted} pods updated") : Done(wanted);
    }

    private static RolloutStatus OfDaemonSet(Workload workload)
    {
        var (wanted, status) = (workload.Status.DesiredNumberScheduled, workload.Status);
        if (workload.Spec.UpdateStrategy?.Type != "OnDelete" && status.UpdatedNumberScheduled < wanted)
            return Waiting($"{status.UpdatedNumberScheduled} of {wanted} pods updated");
        return status.NumberAvailable < wanted ? Waiting($"{status.NumberAvailable} of {wanted} pods available") : Done(wanted);
    }

    // Only Healthy, of what is asked for now, is the end; the plugin says so too, and waits for ever at a pause.
    private static RolloutStatus OfRollout(Workload workload, long? referenced)
    {
        var state = RolloutState.Of(workload, referenced);
        if (state.Phase == RolloutPhase.Healthy) return Done(Math.Min(workload.Status.AvailableReplicas, workload.Spec.Replicas ?? 1));
        var weight = RolloutState.IsUnfinished(workload) && CanaryStep.Current(workload) is { } step ? $", {step}" : "";
        return Waiting(state.Phase == RolloutPhase.Unknown ? "the controller says nothing of it" : $"{(state.Observed ? $"{state.Phase}: " : "")}{state.Message}{weight}") with
        {
            WaitsFor = state is { Phase: RolloutPhase.Paused } ? RolloutState.WaitsFor(workload) : null,
        };
    }

    private static RolloutStatus Waiting(string message) => new(false, message);

    private static RolloutStatus Done(int pods) => new(true, pods == 0 ? "no pods are wanted, so nothing runs" : $"{pods} of {pods} pods available")
    {
        ProvesNothing = pods == 0,
    };
}
