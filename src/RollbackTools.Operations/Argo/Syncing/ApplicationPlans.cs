using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Windows;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Syncing;

/// <summary>What every operation on applications plans alike.</summary>
internal static class ApplicationPlans
{
    /// <summary>One plan per application; what refuses one is in its plan, what concerns them all throws.</summary>
    public static async Task<IReadOnlyList<TargetPlan>> EachAsync(
        IEstate estate, IEnumerable<ApplicationName> names, Func<ArgoApplication, RollbackResult, CancellationToken, Task<TargetPlan>> planAsync, CancellationToken cancellation)
    {
        List<TargetPlan> plans = [];
        foreach (var name in names.Distinct())
        {
            var draft = Draft(estate, name);
            try
            {
                plans.Add(await planAsync(await ApplicationRules.FindAsync(estate.ArgoCd, name, ArgoRefresh.None, cancellation), draft, cancellation));
            }
            catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden or EstateErrorKind.NotFound or EstateErrorKind.Rejected })
            {
                plans.Add(new TargetPlan { Draft = draft, Refusal = refusal, Locks = ApplicationRules.LocksFor(estate, name) });
            }
        }

        return plans;
    }

    public static RollbackResult Draft(IEstate estate, ApplicationName name) => new() { Estate = estate.Name, Namespace = name.Namespace, Kind = "Application", Name = name.Name };

    public static ApplicationName NameOf(RollbackResult draft) => new(draft.Namespace, draft.Name);

    /// <summary>What the project's sync windows say. Throws SyncWindowBlocked when they forbid a manual sync now; <paramref name="otherwise"/> goes without one.</summary>
    public static async Task<SyncPermission> PermissionAsync(IArgoCd argo, ArgoApplication application, TimeProvider time, string otherwise, CancellationToken cancellation)
    {
        var permission = await JudgeAsync(argo, application, time, cancellation);
        return permission.Allowed ? permission : throw Blocked(application, permission, otherwise);
    }

    public static async Task<SyncPermission> JudgeAsync(IArgoCd argo, ArgoApplication application, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            return SyncWindowRules.Judge(await argo.GetWindowsAsync(application, cancellation), application, time.GetUtcNow());
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
        {
            return new SyncPermission(true, "") { Unchecked = missing.Message.TrimEnd('.') };
        }
    }

    public static RollbackException Blocked(ArgoApplication application, SyncPermission permission, string otherwise) => new("SyncWindowBlocked",
        $"The sync windows of project {application.Project} do not let {application} in {application.Metadata.Namespace} sync now: {permission.Reason}. Nothing was changed.")
    {
        Target = $"{application} in {application.Metadata.Namespace}",
        NextStep = $"Set manualSync on that window of project {application.Project} to let a sync through, or {otherwise}",
    };
}
