using System.Globalization;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>
/// A workload that is being deleted waits for its finalizers, and then it is gone: its controller does no more for it, so no change has
/// an effect, and waiting for one would last until the timeout.
/// </summary>
internal static class BeingDeleted
{
    public const string ErrorId = "BeingDeleted";

    /// <summary>The answer, or the refusal of what is being deleted: for whoever is about to change it.</summary>
    public static WorkloadAnswer Refused(WorkloadAnswer answer) => answer.Snapshot is { } found && Of(found) is { } refusal
        ? answer with { Reference = answer.Reference with { Kind = found.Kind }, Namespace = found.Namespace, Snapshot = null, Refusal = refusal }
        : answer;

    /// <summary>Null when neither the workload nor what it takes its template from is being deleted.</summary>
    public static RollbackException? Of(WorkloadSnapshot workload) => Of(workload, workload.Object) ?? (workload.Reference is { } reference ? Of(workload, reference.Object) : null);

    /// <summary>The same of one object, which is the workload itself or what it refers to.</summary>
    public static RollbackException? Of(WorkloadSnapshot workload, Workload live)
    {
        if (live.Metadata.DeletionTimestamp is not { } since) return null;
        var what = live.Metadata.Uid == workload.Object.Metadata.Uid ? workload.ToString() : $"{live.Metadata.Name}, which {workload} refers to,";
        var finalizers = live.Metadata.Finalizers.Count == 0 ? "" : $" and waits for its finalizers: {string.Join(", ", live.Metadata.Finalizers)}";
        return new RollbackException(ErrorId, string.Create(CultureInfo.InvariantCulture,
            $"{what} in {workload.Namespace} is being deleted since {since.ToUniversalTime():yyyy-MM-dd HH:mm:ss}Z{finalizers}. No change to it has an effect any more."))
        {
            Target = $"{workload} in {workload.Namespace}",
            NextStep = $"kubectl get {workload} -n {workload.Namespace} -o yaml",
        };
    }
}
