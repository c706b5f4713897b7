using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Pausing;

/// <summary>The steps that keep an application's automated sync off, in order, and what they touch.</summary>
internal sealed record PausePlan(IReadOnlyList<Step> Steps)
{
    /// <summary>The applications and ApplicationSets they change, to be locked with the target.</summary>
    public IReadOnlyList<ApplicationName> Touched { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>
/// Plans how to pause an application so that it stays paused: whoever writes its spec is paused first, outermost first, or the
/// pause would be undone within moments (argo-cd#19909, #3895).
/// </summary>
internal sealed class PausePlanner(IEstate estate, TimeProvider time)
{
    private const int Deepest = 8;

    private readonly ApplicationOwners owners = new(estate.ArgoCd);

    /// <summary>
    /// No steps when it does not sync by itself. <paramref name="operation"/> is the one that will put the policy back itself. Throws
    /// OwnerWouldRevert when an owner cannot be kept from it.
    /// </summary>
    public Task<PausePlan> PlanAsync(ArgoApplication application, string? reason, CancellationToken cancellation, string? operation = null) =>
        PlanAsync(application, reason, operation, [], cancellation);

    private async Task<PausePlan> PlanAsync(ArgoApplication application, string? reason, string? operation, HashSet<ApplicationName> seen, CancellationToken cancellation)
    {
        if (!SyncPolicy.IsOn(application.Automated) || !seen.Add(application.Name) || seen.Count > Deepest) return new PausePlan([]);
        List<Step> steps = [];
        List<ApplicationName> touched = [];
        List<string> paused = [], warnings = [];
        if (await owners.ParentOfAsync(application, cancellation) is { } parent && !LeavesPolicyAlone(parent))
        {
            var above = await PlanAsync(parent, $"{application} was paused{(reason is null ? "" : $": {reason}")}", operation, seen, cancellation);
            steps.AddRange(above.Steps);
            touched.AddRange(above.Touched);
            warnings.AddRange(above.Warnings);
            if (above.Steps.Count > 0) paused.Add($"application/{parent.Metadata.Namespace}/{parent.Metadata.Name}");
        }

        if (ApplicationOwners.SetOf(application) is { } set && await ShieldAsync(application, set, cancellation) is { } shield)
        {
            steps.Add(shield);
            paused.Add(set.Path);
            warnings.Add($"ApplicationSet '{set.Name}' generates {application}: it is told to leave its sync policy alone, {(operation is null ? $"until Set-ArgoSyncPolicy {application.Metadata.Name} -Policy Exact" : "until this gives it back")}.");
        }

        steps.Add(SetSyncPolicy.Pause(application, new PausedPolicy { By = RunEngine.Actor, At = time.GetUtcNow(), Reason = reason, Operation = operation, Owners = paused }));
        return new PausePlan(steps) { Touched = [.. touched, application.Name], Warnings = warnings };
    }

    // A parent that ignores the field on its children, and respects that when syncing, does not put it back.
    private static bool LeavesPolicyAlone(ArgoApplication parent) =>
        parent.SyncOptions.Contains("RespectIgnoreDifferences=true")
        && parent.Json.Items("spec", "ignoreDifferences").Any(entry => entry.Text("kind") == "Application" && entry.Texts("jsonPointers").Any(pointer => pointer is "/spec/syncPolicy" or "/spec"));

    private async Task<PauseOwner?> ShieldAsync(ArgoApplication application, ApplicationOwner set, CancellationToken cancellation)
    {
        if (estate.Connection.WithoutCluster)
        {
            throw Refuse(application, set, "and only the cluster's API can tell it to leave it alone, which this session has no access to",
                "Name the cluster too: add -Context.");
        }

        CustomResource found;
        try
        {
            found = await estate.Cluster.GetAsync(ArgoKinds.ApplicationSets, set.Namespace, set.Name, cancellation);
        }
        catch (EstateException missing) when (missing.Kind == EstateErrorKind.NotFound)
        {
            return null; // Nobody generates it any more.
        }

        if (PauseOwner.IsNeedless(found, application.Metadata.Name)) return null;
        var right = await estate.Cluster.CanIAsync(new AccessQuery("patch", "argoproj.io", "applicationsets", set.Namespace) { Name = set.Name }, cancellation);
        return right.Allowed
            ? new PauseOwner { Namespace = set.Namespace, ApplicationSet = set.Name, Application = application.Metadata.Name }
            : throw Refuse(application, set, "and you may not change that ApplicationSet", $"kubectl auth can-i patch applicationsets.argoproj.io/{set.Name} -n {set.Namespace}");
    }

    private static RollbackException Refuse(ArgoApplication application, ApplicationOwner set, string why, string next) =>
        new("OwnerWouldRevert", $"{application} in {application.Metadata.Namespace} is generated by ApplicationSet '{set.Name}', which puts its sync policy back at once, {why}. Nothing was changed.")
        {
            Target = $"{application} in {application.Metadata.Namespace}",
            NextStep = next,
        };
}
