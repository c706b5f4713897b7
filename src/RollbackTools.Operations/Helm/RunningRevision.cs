using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// Whether what runs is still the revision that is marked deployed, because nothing of what came after it reached the cluster (its hook failed
/// before anything was applied). Going "back" to that one would then change nothing. Only reads.
/// </summary>
internal sealed class RunningRevision(ICluster cluster)
{
    /// <summary>Its number; null when something of a later one shows, when somebody went back to it since, or when it cannot be told.</summary>
    public async Task<int?> FindAsync(HelmReleaseContent release, CancellationToken cancellation)
    {
        if (release.Deployed is not { Trouble: null } deployed || deployed == release.Last) return null;
        var later = release.Revisions.Where(revision => revision.Number > deployed.Number).ToList();
        if (later.Exists(revision => revision.Trouble is not null || revision.RollbackOf == deployed.Number)) return null;
        try
        {
            foreach (var revision in later.Where(revision => !revision.IsSameAs(deployed)).DistinctBy(revision => revision.ContentKey))
                if (await ShowsAsync(release, revision, deployed, cancellation)) return null;
            return deployed.Number;
        }
        catch (Exception refusal) when (refusal is RollbackException or EstateException { Kind: EstateErrorKind.Forbidden or EstateErrorKind.NotFound or EstateErrorKind.Rejected })
        {
            return null;
        }
    }

    // Only where the two manifests differ: what somebody changed by hand, or an autoscaler, is no sign of either.
    private async Task<bool> ShowsAsync(HelmReleaseContent release, HelmRevisionContent later, HelmRevisionContent deployed, CancellationToken cancellation)
    {
        HelmMove move = new() { Namespace = release.Namespace, Release = release.Name, From = later.Number, To = deployed.Number };
        var changes = await new ReleaseObjects(cluster, move).CompareAsync(later.Objects, deployed.Objects, cancellation);
        return changes.Any(change => change.Action is ObjectAction.Create or ObjectAction.Delete || (change.Action == ObjectAction.Change && Shows(change)));
    }

    private static bool Shows(PlannedObject change)
    {
        if (change.Before is not { } later) return false;
        var (was, shall, live) = (ObjectDiff.AsStored(change.Id, later), ObjectDiff.AsStored(change.Id, change.After!), ObjectWriter.Node(change.Live!));
        var differ = ObjectDiff.Between(change.Id, was, shall);
        return differ.Count > 0
            && ObjectDiff.Between(change.Id, live, ThreeWayMerge.Merge(was, shall, live, change.Rule)).Any(field => differ.Any(other => other.Touches(field)));
    }
}
