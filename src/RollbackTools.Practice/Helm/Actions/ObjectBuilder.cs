using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Helm.Charts;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>Makes a manifest's documents objects that can be sent, by what the API server says it serves.</summary>
internal sealed class ObjectBuilder(ClusterClient cluster, string ns, HelmVersion version)
{
    private readonly Dictionary<string, JsonObject?> served = [];

    /// <summary>The objects in order. Throws <see cref="HelmException"/> for a kind that is not served.</summary>
    public async Task<IReadOnlyList<ReleaseObject>> BuildAsync(string manifest, CancellationToken cancellation)
    {
        List<ReleaseObject> objects = [];
        foreach (var text in RenderedChart.Split(manifest, version))
            if (YamlJson.Parse(text) is JsonObject body) objects.Add(await LocateAsync(body, cancellation));
        return objects;
    }

    /// <summary>Asks anew what is served: kinds were added.</summary>
    public void Forget() => served.Clear();

    private async Task<ReleaseObject> LocateAsync(JsonObject body, CancellationToken cancellation)
    {
        var (apiVersion, kind) = (body.Text("apiVersion") ?? "", body.Text("kind") ?? "");
        var root = apiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{apiVersion}" : $"/api/{apiVersion}";
        var resource = (await ServedAsync(root, cancellation)).Items("resources")
            .FirstOrDefault(one => one.Text("kind") == kind && !one.Text("name")!.Contains('/', StringComparison.Ordinal));
        if (resource is null)
            throw new HelmException($"resource mapping not found for name: \"{body.Text("metadata", "name")}\" namespace: \"{body.Text("metadata", "namespace")}\" " +
                $"from \"\": no matches for kind \"{kind}\" in version \"{apiVersion}\"\nensure CRDs are installed first");

        if (!resource.Flag("namespaced")) return new ReleaseObject(body, $"{root}/{resource.Text("name")}", null);
        var metadata = body.Child("metadata");
        var at = metadata.Text("namespace") ?? ns;
        metadata["namespace"] = at;
        return new ReleaseObject(body, $"{root}/namespaces/{at}/{resource.Text("name")}", at);
    }

    private async Task<JsonObject?> ServedAsync(string root, CancellationToken cancellation)
    {
        if (served.TryGetValue(root, out var known)) return known;
        try
        {
            return served[root] = await cluster.GetAsync(root, cancellation);
        }
        catch (ClusterRefusedException none) when (none.StatusCode == HttpStatusCode.NotFound)
        {
            return served[root] = null;
        }
    }
}
