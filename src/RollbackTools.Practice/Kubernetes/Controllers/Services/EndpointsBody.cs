using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Services;

/// <summary>The two forms in which a Service's pods are written down.</summary>
internal static class EndpointsBody
{
    public static JsonObject Endpoints(StoredObject service, List<StoredObject> pods)
    {
        var ready = new JsonArray([.. pods.Where(pod => pod.PodReady()).Select(Address)]);
        var unready = new JsonArray([.. pods.Where(pod => !pod.PodReady()).Select(Address)]);
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject { ["namespace"] = service.Namespace, ["labels"] = service.Read.At("metadata", "labels")?.DeepClone() },
        };
        if (pods.Count == 0) return body;
        JsonObject subset = [];
        if (ready.Count > 0) subset["addresses"] = ready;
        if (unready.Count > 0) subset["notReadyAddresses"] = unready;
        subset["ports"] = Ports(service, pods);
        body["subsets"] = new JsonArray(subset);
        return body;
    }

    public static JsonObject Slice(StoredObject service, List<StoredObject> pods) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["namespace"] = service.Namespace,
            ["generateName"] = service.Name + "-",
            ["labels"] = new JsonObject
            {
                ["kubernetes.io/service-name"] = service.Name,
                ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io",
            },
            ["ownerReferences"] = new JsonArray(service.OwnerReference()),
        },
        ["addressType"] = "IPv4",
        ["endpoints"] = new JsonArray([.. pods.Select(Endpoint)]),
        ["ports"] = Ports(service, pods),
    };

    private static JsonObject Address(StoredObject pod) => new()
    {
        ["ip"] = pod.Read.Text("status", "podIP"),
        ["nodeName"] = pod.Read.Text("spec", "nodeName"),
        ["targetRef"] = Target(pod),
    };

    private static JsonObject Endpoint(StoredObject pod) => new()
    {
        ["addresses"] = new JsonArray(pod.Read.Text("status", "podIP")),
        ["conditions"] = new JsonObject { ["ready"] = pod.PodReady(), ["serving"] = pod.PodReady(), ["terminating"] = pod.Deleting() },
        ["nodeName"] = pod.Read.Text("spec", "nodeName"),
        ["targetRef"] = Target(pod),
    };

    private static JsonObject Target(StoredObject pod) => new()
    {
        ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid(),
    };

    private static JsonArray Ports(StoredObject service, List<StoredObject> pods) => new([.. service.Read.Items("spec", "ports").Select(port =>
    {
        JsonObject written = new() { ["port"] = TargetPort(port, pods), ["protocol"] = port.Text("protocol") ?? "TCP" };
        written["name"] = port.Text("name") ?? "";
        return written;
    })]);

    private static int TargetPort(JsonObject port, List<StoredObject> pods)
    {
        if (port.At("targetPort").Number() is { } number) return number;
        var name = port.Text("targetPort");
        var named = pods.Take(1).SelectMany(pod => pod.Read.Items("spec", "containers")).SelectMany(container => container.Items("ports"))
            .FirstOrDefault(candidate => candidate.Text("name") == name);
        return named.Number("containerPort") ?? port.Number("port") ?? 80;
    }
}
