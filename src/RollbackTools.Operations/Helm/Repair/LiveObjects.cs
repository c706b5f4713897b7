using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>What is live of the objects that a release's revisions ask for, and what else calls itself the release's. Only reads.</summary>
internal sealed class LiveObjects(ICluster cluster, string ns, string release)
{
    // What charts usually hold, beside what this release's revisions are known to.
    private static readonly (string ApiVersion, string Kind)[] Usual =
    [
        ("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "Service"), ("v1", "ServiceAccount"), ("v1", "PersistentVolumeClaim"),
        ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("batch/v1", "Job"), ("batch/v1", "CronJob"),
        ("networking.k8s.io/v1", "Ingress"), ("networking.k8s.io/v1", "NetworkPolicy"), ("policy/v1", "PodDisruptionBudget"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"), ("rbac.authorization.k8s.io/v1", "Role"), ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ];

    /// <summary>By identity, those that are there. What may not be looked at throws.</summary>
    public async Task<IReadOnlyDictionary<(string, string, string, string), CustomResource>> ReadAsync(IEnumerable<ManifestObject> objects, CancellationToken cancellation)
    {
        var all = objects.ToList();
        var kinds = await new ObjectKinds(cluster, []).FindAsync(all.Select(one => one.Id), cancellation);
        // Revisions may name one object in several versions of its API; any that is served leads to it.
        var addresses = all.Where(one => kinds.ContainsKey((one.Id.ApiVersion, one.Id.Kind))).DistinctBy(one => Key(one.Id))
            .ToDictionary(one => Key(one.Id), one => AddressOf(kinds[(one.Id.ApiVersion, one.Id.Kind)], one.Id));
        var found = await new ObjectReader(cluster).ReadAsync([.. addresses.Values], HelmOwnership.Selector, cancellation);
        return addresses.Where(pair => found.ContainsKey(pair.Value)).ToDictionary(pair => pair.Key, pair => found[pair.Value]);
    }

    /// <summary>
    /// Namespaced objects that carry the release's marks and are none of <paramref name="known"/>. Left out are those that Helm is told to keep,
    /// and those that a controller made and gave the marks of what it made them from.
    /// </summary>
    public async Task<IReadOnlyList<(Resource<CustomResource> Resource, CustomResource Object)>> OthersAsync(IReadOnlyList<ManifestObject> known, CancellationToken cancellation)
    {
        // Whatever their group: a manifest may speak of one that is served by another by now (an Ingress, or a Deployment, of extensions).
        var expected = known.Select(one => (one.Id.Kind, Key(one.Id).Namespace, one.Id.Name)).ToHashSet();
        var kinds = Usual.Concat(known.Select(one => (one.Id.ApiVersion, one.Id.Kind))).Distinct();
        List<(Resource<CustomResource>, CustomResource)> others = [];
        HashSet<string> seen = [];
        foreach (var (apiVersion, kind) in kinds)
        {
            if ((await cluster.FindKindAsync(apiVersion, kind, cancellation))?.Resource is not { Namespaced: true } resource) continue;
            foreach (var item in await ListAsync(resource, cancellation))
            {
                if (IsMarked(item) && !expected.Contains((kind, ns, item.Metadata.Name)) && seen.Add(item.Metadata.Uid)) others.Add((resource, item));
            }
        }

        return others;
    }

    public (string Group, string Kind, string Namespace, string Name) Key(ObjectId id) => (id.Group, id.Kind, id.Namespace.Length > 0 ? id.Namespace : ns, id.Name);

    private ObjectAddress AddressOf(Resource<CustomResource> resource, ObjectId id) =>
        new(resource, !resource.Namespaced ? null : id.Namespace.Length > 0 ? id.Namespace : ns, id.Name);

    private async Task<IReadOnlyList<CustomResource>> ListAsync(Resource<CustomResource> resource, CancellationToken cancellation)
    {
        try
        {
            return (await cluster.ListAsync(resource, ns, new ListFilter { LabelSelector = HelmOwnership.Selector }, cancellation)).Items;
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden or EstateErrorKind.NotFound)
        {
            return [];
        }
    }

    private bool IsMarked(CustomResource item) =>
        HelmOwnership.IsMarked(item.Metadata) && item.Metadata.OwnerReferences.Count == 0 && HelmOwnership.OtherOwner(item.Metadata, release, ns) is null && !HelmOwnership.IsKept(item.Metadata);
}
