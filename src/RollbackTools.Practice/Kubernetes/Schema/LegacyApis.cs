using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>
/// API versions that Kubernetes no longer has: an older cluster serves them, the same objects under their old names, until it is upgraded.
/// </summary>
internal static class LegacyApis
{
    /// <summary>Until 1.25.</summary>
    public static ObjectView PodDisruptionBudgets { get; } = Renamed("policy", "v1beta1", Resources.PodDisruptionBudgets);

    /// <summary>Until 1.25.</summary>
    public static ObjectView CronJobs { get; } = Renamed("batch", "v1beta1", Resources.CronJobs);

    /// <summary>Until 1.26.</summary>
    public static ObjectView Autoscalers { get; } = Renamed("autoscaling", "v2beta2", Resources.HorizontalPodAutoscalers);

    /// <summary>Until 1.22; backends were written flat then.</summary>
    public static ObjectView Ingresses { get; } = new("networking.k8s.io", "v1beta1", Resources.Ingresses, item => EachBackend(item, Flatten))
    { Back = item => EachBackend(item, Nest) };

    public static IReadOnlyList<ObjectView> All { get; } = [PodDisruptionBudgets, CronJobs, Autoscalers, Ingresses];

    private static ObjectView Renamed(string group, string version, Storage.ResourceType stored) =>
        new(group, version, stored, static _ => { }) { Back = static _ => { } };

    private static void EachBackend(JsonObject ingress, Action<JsonObject> change)
    {
        var spec = ingress.Child("spec");
        foreach (var (from, to) in (ReadOnlySpan<(string, string)>)[("defaultBackend", "backend"), ("backend", "defaultBackend")])
        {
            // Only one of the two names is there, and it becomes the other.
            if (spec.Child(from) is not { } backend) continue;
            change(backend);
            spec!.Remove(from);
            spec[to] = backend;
            break;
        }

        foreach (var path in spec.Objects("rules").SelectMany(rule => rule.Child("http").Objects("paths")))
            if (path.Child("backend") is { } backend) change(backend);
    }

    private static void Flatten(JsonObject backend)
    {
        if (!backend.Remove("service", out var node) || node is not JsonObject service) return;
        backend["serviceName"] = service.Text("name");
        backend["servicePort"] = (service.Child("port")?["number"] ?? service.Child("port")?["name"])?.DeepClone();
    }

    private static void Nest(JsonObject backend)
    {
        if (backend.Text("serviceName") is not { } name) return;
        var port = backend["servicePort"]?.DeepClone();
        backend.Remove("serviceName");
        backend.Remove("servicePort");
        backend["service"] = new JsonObject
        {
            ["name"] = name,
            ["port"] = new JsonObject { [port is JsonValue value && value.TryGetValue<string>(out _) ? "name" : "number"] = port },
        };
    }
}
