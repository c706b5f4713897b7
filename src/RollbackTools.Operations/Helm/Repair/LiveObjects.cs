using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>What is live of the objects that a release's revisions ask for, and what else calls itself the release's. Only reads.</summary>
internal sealed class LiveObjects(ICluster cluster, string ns, string release)
{
    private const int AtOnce = 8;
    private const string ManagedByHelm = "app.kubernetes.io/managed-by=Helm";
    private const string NameAnnotation = "meta.helm.sh/release-name";
    private const string NamespaceAnnotation = "meta.helm.sh/release-namespace";
    private const string PolicyAnnotation = "helm.sh/resource-policy";

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
        Dictionary<(string, string, string, string), CustomResource> found = [];
        foreach (var few in objects.DistinctBy(one => Key(one.Id)).Chunk(AtOnce))
        {
            var read = await Task.WhenAll(few.Select(one => FindAsync(one.Id, cancellation)));
            for (var i = 0; i < few.Length; i++)
                if (read[i] is { } live) found[Key(few[i].Id)] = live;
        }

        return found;
    }

    /// <summary>Namespaced objects that carry the release's marks and are none of <paramref name="known"/>. Those that Helm is told to keep are left out.</summary>
    public async Task<IReadOnlyList<(Resource<CustomResource> Resource, CustomResource Object)>> OthersAsync(IReadOnlyList<ManifestObject> known, CancellationToken cancellation)
    {
        var expected = known.Select(one => Key(one.Id)).ToHashSet();
        var kinds = Usual.Concat(known.Select(one => (one.Id.ApiVersion, one.Id.Kind))).Distinct();
        List<(Resource<CustomResource>, CustomResource)> others = [];
        HashSet<string> seen = [];
        foreach (var (apiVersion, kind) in kinds)
        {
            if ((await cluster.FindKindAsync(apiVersion, kind, cancellation))?.Resource is not { Namespaced: true } resource) continue;
            foreach (var item in await ListAsync(resource, cancellation))
            {
                if (IsMarked(item) && !expected.Contains((resource.Group, kind, ns, item.Metadata.Name)) && seen.Add(item.Metadata.Uid)) others.Add((resource, item));
            }
        }

        return others;
    }

    public (string, string, string, string) Key(ObjectId id) => (id.Group, id.Kind, id.Namespace.Length > 0 ? id.Namespace : ns, id.Name);

    private async Task<CustomResource?> FindAsync(ObjectId id, CancellationToken cancellation)
    {
        try
        {
            return (await cluster.FindKindAsync(id.ApiVersion, id.Kind, cancellation))?.Resource is { } resource
                ? await cluster.GetAsync(resource, resource.Namespaced ? (id.Namespace.Length > 0 ? id.Namespace : ns) : null, id.Name, cancellation)
                : null;
        }
        catch (EstateException absent) when (absent.Kind == EstateErrorKind.NotFound)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<CustomResource>> ListAsync(Resource<CustomResource> resource, CancellationToken cancellation)
    {
        try
        {
            return (await cluster.ListAsync(resource, ns, new ListFilter { LabelSelector = ManagedByHelm }, cancellation)).Items;
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden or EstateErrorKind.NotFound)
        {
            return [];
        }
    }

    private bool IsMarked(CustomResource item) =>
        item.Metadata.Annotations.GetValueOrDefault(NameAnnotation) == release && item.Metadata.Annotations.GetValueOrDefault(NamespaceAnnotation, ns) == ns
        && !string.Equals(item.Metadata.Annotations.GetValueOrDefault(PolicyAnnotation)?.Trim(), "keep", StringComparison.OrdinalIgnoreCase);
}
