using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>What steps and plans ask of an application before they touch it.</summary>
internal static class ApplicationRules
{
    private const string SkipReconcile = "argocd.argoproj.io/skip-reconcile";

    /// <summary>Throws Replaced when it is not the object that was planned.</summary>
    public static void MustBe(ArgoApplication live, string uid)
    {
        if (uid.Length == 0 || live.Metadata.Uid == uid) return;
        throw new RollbackException("Replaced", $"{live} in {live.Metadata.Namespace} was deleted and created again since this was planned.")
        {
            Target = $"{live} in {live.Metadata.Namespace}",
            NextStep = $"Get-ArgoHistory {live.Metadata.Name} -Namespace {live.Metadata.Namespace}",
        };
    }

    /// <summary>Throws when no operation can get anywhere: it is being deleted, or Argo CD was told to ignore it.</summary>
    public static void MustReconcile(ArgoApplication live)
    {
        var where = $"{live} in {live.Metadata.Namespace}";
        if (live.Metadata.DeletionTimestamp is not null) throw new RollbackException("ApplicationDeleting", $"{where} is being deleted.") { Target = where };
        if (live.Annotation(SkipReconcile) != "true") return;
        throw new RollbackException("ReconcileSkipped", $"{where} carries the annotation {SkipReconcile}: Argo CD does nothing with it, syncs included.")
        {
            Target = where,
            NextStep = $"kubectl annotate application {live.Metadata.Name} -n {live.Metadata.Namespace} {SkipReconcile}-",
        };
    }

    /// <summary>
    /// Whether an automated sync is under way that nothing has gone wrong with. It goes where Git points, as a sync that is asked for
    /// does, and having Argo CD look at Git is what starts one: that is to be waited for, not to be refused.
    /// </summary>
    public static bool SyncsByItself(ArgoApplication live) =>
        live.IsOperating && (live.Operation ?? live.OperationState?.Operation)?.Automated == true
        && live.OperationState is not { Ended: false, RetryCount: > 0 } and not { Ended: false, WaitsForRetry: true };

    /// <summary>
    /// The application, compared with Git just now, for a plan. To ask for that is a write: who may only read plans with what Argo CD found last.
    /// </summary>
    public static async Task<ArgoApplication> ReadFreshAsync(IArgoCd argo, ApplicationName name, CancellationToken cancellation)
    {
        try
        {
            return await argo.GetAsync(name, ArgoRefresh.Normal, cancellation);
        }
        catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
        {
            return await argo.GetAsync(name, ArgoRefresh.None, cancellation);
        }
    }

    /// <summary>Throws OperationInProgress, naming what runs, since when and by whom.</summary>
    public static void MustBeIdle(ArgoApplication live, string command)
    {
        if (!live.IsOperating) return;
        throw new RollbackException("OperationInProgress", $"{live} in {live.Metadata.Namespace} is busy with {DescribeOperation(live)}.")
        {
            Target = $"{live} in {live.Metadata.Namespace}",
            NextStep = $"Wait for it, or end it first: {command} {live.Metadata.Name} -Namespace {live.Metadata.Namespace} -Preempt",
        };
    }

    /// <summary><c>a sync to 4be1f2a by alice since 03:12 (Running: one or more objects failed …)</c>.</summary>
    public static string DescribeOperation(ArgoApplication live)
    {
        var operation = live.Operation ?? live.OperationState!.Operation;
        var state = live.OperationState is { Ended: false } running ? running : null;
        var since = state?.StartedAt is { } at ? $" since {at:u}" : "";
        var how = state is null ? " (not begun)" : $" ({(state.WaitsForRetry ? "waits for its retry" : state.Phase)}{(state.Message.Length > 0 ? $": {state.Message}" : "")})";
        return $"a sync to {operation.Revision} by {operation.InitiatedBy ?? "somebody"}{since}{how}";
    }

    /// <summary>The application, with a missing one said as such. Throws <see cref="RollbackException"/> ApplicationNotFound.</summary>
    public static async Task<ArgoApplication> FindAsync(IArgoCd argo, ApplicationName name, ArgoRefresh refresh, CancellationToken cancellation)
    {
        try
        {
            return await argo.GetAsync(name, refresh, cancellation);
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
        {
            throw new RollbackException("ApplicationNotFound", $"There is no Argo CD application '{name.Name}' in namespace {name.Namespace} ({argo.Server}).", missing)
            {
                Target = name.ToString(),
                NextStep = "-Namespace says where applications lie; to see them: Get-ArgoApplication",
            };
        }
    }

    /// <summary>What is locked while an application is worked on: nothing without a cluster, where Argo CD's own operation is the lock.</summary>
    public static IReadOnlyList<LockedTarget> LocksFor(IEstate estate, params IEnumerable<ApplicationName> names) =>
        estate.Connection.WithoutCluster ? [] : [.. names.Distinct().Select(name => new LockedTarget(name.Namespace, name.ToString()))];
}
