using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// The objects of two revisions of a release side by side with what is live, and what is to become of each. Only reads. Objects that another
/// release owns are left alone; those that are missing in one of the three places are taken as they are (helm#10219, #13437).
/// </summary>
internal sealed class ReleaseObjects(ICluster cluster, HelmMove move)
{
    /// <summary>
    /// In Helm's order of installation. Throws <see cref="RollbackException"/> (HelmKindsMissing) naming every kind of the target that the
    /// cluster does not serve.
    /// </summary>
    public async Task<IReadOnlyList<PlannedObject>> CompareAsync(
        IReadOnlyList<ManifestObject> before, IReadOnlyList<ManifestObject> after, CancellationToken cancellation)
    {
        var kinds = await new ObjectKinds(cluster, after).FindAsync(before.Concat(after).Select(item => item.Id), cancellation);
        RequireKinds(after.Where(item => !kinds.ContainsKey((item.Id.ApiVersion, item.Id.Kind))).ToList());
        var was = before.DistinctBy(item => Key(item.Id)).ToDictionary(item => Key(item.Id));
        var shall = after.DistinctBy(item => Key(item.Id)).ToDictionary(item => Key(item.Id));
        // What only the old manifest has, of a kind that is served no more, cannot be there.
        List<(ObjectAddress Address, ManifestObject? Before, ManifestObject? After)> pairs =
        [
            .. shall.Select(pair => (AddressOf(pair.Value.Id), was.GetValueOrDefault(pair.Key), (ManifestObject?)pair.Value)),
            .. was.Where(pair => !shall.ContainsKey(pair.Key) && kinds.ContainsKey((pair.Value.Id.ApiVersion, pair.Value.Id.Kind)))
                .Select(pair => (AddressOf(pair.Value.Id), (ManifestObject?)pair.Value, (ManifestObject?)null)),
        ];
        var live = await new ObjectReader(cluster).ReadAsync([.. pairs.Select(pair => pair.Address)], HelmOwnership.Selector, cancellation);
        // An object that a group handed on to another (an Ingress of extensions) is one object under two addresses, and the target has it.
        var wanted = pairs.Where(pair => pair.After is not null).Select(pair => live.GetValueOrDefault(pair.Address)?.Metadata.Uid).ToHashSet();
        pairs.RemoveAll(pair => pair.After is null && live.GetValueOrDefault(pair.Address) is { } left && wanted.Contains(left.Metadata.Uid));
        Reservations reservations = new(await AutoscalersAsync(pairs, cancellation));
        return [.. pairs.Select(pair => reservations.Hold(Compare(pair.Address, pair.Before, pair.After, live.GetValueOrDefault(pair.Address))))
            .OrderBy(change => KindOrder.Of(change.Id.Kind)).ThenBy(change => change.Id.Kind, StringComparer.Ordinal).ThenBy(change => change.Id.Name, StringComparer.Ordinal)];

        // Charts begin to write the namespace out from one revision to the next, and give one to kinds that have none: the object is the same.
        (string, string, string, string) Key(ObjectId id) =>
            (id.Group, id.Kind, id.Namespace == move.Namespace || kinds.GetValueOrDefault((id.ApiVersion, id.Kind)) is { Namespaced: false } ? "" : id.Namespace, id.Name);

        ObjectAddress AddressOf(ObjectId id)
        {
            var resource = kinds[(id.ApiVersion, id.Kind)];
            return new ObjectAddress(resource, !resource.Namespaced ? null : id.Namespace.Length > 0 ? id.Namespace : move.Namespace, id.Name);
        }
    }

    private PlannedObject Compare(ObjectAddress address, ManifestObject? before, ManifestObject? after, CustomResource? live)
    {
        PlannedObject change = new((after ?? before)!.Id, address) { Before = Manifest(before), After = Manifest(after), Live = live };
        if (live is not null && HelmOwnership.OtherOwner(live.Metadata, move.Release, move.Namespace) is { } owner)
            return change with { Action = ObjectAction.Leave, Notes = [$"belongs to Helm release {owner} and is left alone"] };
        if (after is null)
        {
            return live switch
            {
                null => change,
                _ when HelmOwnership.IsKept(live.Metadata) => change with { Action = ObjectAction.Leave, Notes = ["stays: its helm.sh/resource-policy is keep"] },
                _ => change with { Action = ObjectAction.Delete },
            };
        }

        if (live is null) return change with { Action = ObjectAction.Create, Notes = before is null ? [] : ["was deleted by somebody"] };
        var adopted = before is null && !HelmOwnership.IsMarked(live.Metadata);
        return change with { Action = ObjectAction.Change, Notes = adopted ? ["is not the release's yet, and becomes so"] : [] };
    }

    private JsonObject? Manifest(ManifestObject? item) => item is null ? null : HelmOwnership.Mark(Declared.Of(item.Json), move.Release, move.Namespace);

    private void RequireKinds(IReadOnlyList<ManifestObject> missing)
    {
        if (missing.Count == 0) return;
        var kinds = missing.GroupBy(item => (item.Id.ApiVersion, item.Id.Kind))
            .Select(group => $"{group.Key.ApiVersion} {group.Key.Kind} ({string.Join(", ", group.Select(item => item.Id.Name).Take(3))}{(group.Count() > 3 ? $" and {group.Count() - 3} more" : "")})");
        throw new RollbackException("HelmKindsMissing",
            $"Revision {move.To} of {move} holds objects of kinds that the cluster does not serve: {string.Join("; ", kinds)}. Nothing was changed.")
        {
            Target = move.Release,
            NextStep = $"Repair-HelmRelease {move.Release} -Namespace {move.Namespace}",
        };
    }

    private async Task<IReadOnlyList<CustomResource>> AutoscalersAsync(
        IEnumerable<(ObjectAddress Address, ManifestObject? Before, ManifestObject? After)> pairs, CancellationToken cancellation)
    {
        var namespaces = pairs.Where(pair => pair.After is not null && pair.Address.Resource is { Group: "apps", Plural: "deployments" or "statefulsets" or "replicasets" } or { Group: "argoproj.io", Plural: "rollouts" })
            .Select(pair => pair.Address.Namespace!).Distinct().ToList();
        if (namespaces.Count == 0 || await cluster.FindKindAsync("autoscaling/v2", "HorizontalPodAutoscaler", cancellation) is not { } autoscalers) return [];
        List<CustomResource> found = [];
        foreach (var ns in namespaces)
        {
            try
            {
                found.AddRange((await cluster.ListAsync(autoscalers.Resource, ns, ListFilter.None, cancellation)).Items);
            }
            catch (EstateException refusal) when (refusal.Kind == EstateErrorKind.Forbidden)
            {
                // Then only the manifests tell whether somebody else decides.
            }
        }

        return found;
    }
}
