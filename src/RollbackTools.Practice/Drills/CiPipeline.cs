using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Drills;

/// <summary>Ships images the way a CI job does: a PATCH of the pod template, with a change cause, through the API server.</summary>
internal sealed class CiPipeline(ClusterClient cluster, string ns)
{
    /// <summary>
    /// Points the containers of <paramref name="workload"/> (kind/name) that run <paramref name="image"/>'s repository to it; all
    /// of them when none does.
    /// </summary>
    public async Task ShipAsync(string workload, string image, string cause, CancellationToken cancellation)
    {
        var path = PathOf(workload);
        var live = await cluster.GetAsync(path, cancellation);
        var containers = live["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(container => container!.AsObject()).ToList();
        var repository = Repository(image);
        var same = containers.Where(container => Repository((string)container["image"]!) == repository).ToList();
        JsonObject patch = new()
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubernetes.io/change-cause"] = cause } },
            ["spec"] = new JsonObject
            {
                ["template"] = new JsonObject
                {
                    ["spec"] = new JsonObject
                    {
                        ["containers"] = new JsonArray(
                        [
                            .. (same.Count > 0 ? same : containers).Select(container =>
                                (JsonNode)new JsonObject { ["name"] = (string)container["name"]!, ["image"] = image }),
                        ]),
                    },
                },
            },
        };
        await cluster.PatchAsync($"{path}?fieldManager=ci-deploy", patch, ClusterClient.StrategicPatch, cancellation);
    }

    /// <summary>The images it runs now.</summary>
    public async Task<string> ImageOfAsync(string workload, CancellationToken cancellation)
    {
        var live = await cluster.GetAsync(PathOf(workload), cancellation);
        return string.Join(", ", live["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(container => (string)container!["image"]!));
    }

    public string PathOf(string workload)
    {
        var (kind, name) = workload.Split('/') is [var k, var n] ? (k, n) : ("deployment", workload);
        return $"/apis/{(kind == "rollout" ? "argoproj.io/v1alpha1" : "apps/v1")}/namespaces/{ns}/{kind}s/{name}";
    }

    /// <summary>An image without its tag and digest.</summary>
    public static string Repository(string image)
    {
        var bare = image.Split('@')[0];
        var colon = bare.LastIndexOf(':');
        return colon > bare.LastIndexOf('/') ? bare[..colon] : bare;
    }
}
