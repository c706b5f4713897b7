using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Objects;

/// <summary>The kinds that a cluster serves, and those that it will serve once the definitions among the given objects are in it.</summary>
internal sealed class ObjectKinds(ICluster cluster, IReadOnlyList<ManifestObject> definitions)
{
    /// <summary>By apiVersion and kind; those that are not served are left out. One request for each group and version.</summary>
    public async Task<IReadOnlyDictionary<(string ApiVersion, string Kind), Resource<CustomResource>>> FindAsync(IEnumerable<ObjectId> ids, CancellationToken cancellation)
    {
        var groups = ids.Select(id => (id.ApiVersion, id.Kind)).Distinct().GroupBy(kind => kind.ApiVersion);
        var found = await Task.WhenAll(groups.Select(async group =>
        {
            List<((string, string) Kind, Resource<CustomResource>? Resource)> kinds = [];
            // One after the other: the first brings the whole group.
            foreach (var kind in group) kinds.Add((kind, (await cluster.FindKindAsync(kind.ApiVersion, kind.Kind, cancellation))?.Resource ?? Defined(kind.ApiVersion, kind.Kind)));
            return kinds;
        }));
        return found.SelectMany(kinds => kinds).Where(kind => kind.Resource is not null).ToDictionary(kind => kind.Kind, kind => kind.Resource!);
    }

    private Resource<CustomResource>? Defined(string apiVersion, string kind)
    {
        foreach (var definition in definitions.Where(item => item.Id is { Kind: "CustomResourceDefinition", Group: "apiextensions.k8s.io" }).Select(item => item.Json))
        {
            if (definition.Text("spec", "names", "kind") != kind || definition.Text("spec", "names", "plural") is not { } plural) continue;
            if (definition.Items("spec", "versions").Any(version => $"{definition.Text("spec", "group")}/{version.Text("name")}" == apiVersion))
                return ServedKind.ResourceOf(apiVersion, plural, kind, definition.Text("spec", "scope") == "Namespaced");
        }

        return null;
    }
}
