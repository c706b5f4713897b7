using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>
/// What Go writes of an object in which nothing is set: the structs that are no pointers. A creator changes what is in them, and does not own
/// them themselves.
/// </summary>
internal static class EmptyObjects
{
    private const string Template = """{ "metadata": {}, "spec": { "containers": [] } }""";

    public static JsonObject Of(ResourceType type) => JsonNode.Parse(type.Custom ? """{ "metadata": {} }""" : type.Kind switch
    {
        "Deployment" => $$"""{ "metadata": {}, "spec": { "strategy": {}, "template": {{Template}} }, "status": {} }""",
        "ReplicaSet" => $$"""{ "metadata": {}, "spec": { "template": {{Template}} }, "status": {} }""",
        "StatefulSet" or "DaemonSet" => $$"""{ "metadata": {}, "spec": { "template": {{Template}}, "updateStrategy": {} }, "status": {} }""",
        "Job" => $$"""{ "metadata": {}, "spec": { "template": {{Template}} }, "status": {} }""",
        "CronJob" => $$"""{ "metadata": {}, "spec": { "jobTemplate": { "metadata": {}, "spec": { "template": {{Template}} } } }, "status": {} }""",
        "Pod" => """{ "metadata": {}, "spec": { "containers": [] }, "status": {} }""",
        "Service" or "Ingress" => """{ "metadata": {}, "spec": {}, "status": { "loadBalancer": {} } }""",
        "PersistentVolumeClaim" => """{ "metadata": {}, "spec": { "resources": {} }, "status": {} }""",
        "HorizontalPodAutoscaler" => """{ "metadata": {}, "spec": { "scaleTargetRef": {} }, "status": {} }""",
        "ConfigMap" or "Secret" or "Event" => """{ "metadata": {} }""",
        _ => """{ "metadata": {}, "spec": {}, "status": {} }""",
    })!.AsObject();
}
