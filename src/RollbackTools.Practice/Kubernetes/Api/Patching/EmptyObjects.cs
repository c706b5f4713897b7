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
        "ReplicaSet" => $$"""{ "metadata": {}, "spec": { "template": {{Template}} }, "status": { "replicas": 0 } }""",
        "StatefulSet" => $$"""
            { "metadata": {}, "spec": { "template": {{Template}}, "updateStrategy": {} }, "status": { "replicas": 0, "availableReplicas": 0 } }
            """,
        "DaemonSet" => $$"""
            { "metadata": {}, "spec": { "template": {{Template}}, "updateStrategy": {} },
              "status": { "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0 } }
            """,
        "Job" => $$"""{ "metadata": {}, "spec": { "template": {{Template}} }, "status": {} }""",
        "CronJob" => $$"""{ "metadata": {}, "spec": { "jobTemplate": { "metadata": {}, "spec": { "template": {{Template}} } } }, "status": {} }""",
        "Pod" => """{ "metadata": {}, "spec": { "containers": [] }, "status": {} }""",
        "Service" or "Ingress" => """{ "metadata": {}, "spec": {}, "status": { "loadBalancer": {} } }""",
        "PersistentVolumeClaim" => """{ "metadata": {}, "spec": { "resources": {} }, "status": { "phase": "Pending" } }""",
        "HorizontalPodAutoscaler" => """
            { "metadata": {}, "spec": { "scaleTargetRef": {} }, "status": { "desiredReplicas": 0, "currentMetrics": null } }
            """,
        "PodDisruptionBudget" => """
            { "metadata": {}, "spec": {},
              "status": { "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0 } }
            """,
        "Namespace" => """{ "metadata": {}, "spec": { "finalizers": ["kubernetes"] }, "status": { "phase": "Active" } }""",
        "CustomResourceDefinition" => """
            { "metadata": {}, "spec": { "names": {} }, "status": { "conditions": null, "acceptedNames": { "plural": "", "kind": "" } } }
            """,
        "ConfigMap" or "Secret" => """{ "metadata": {} }""",
        "Event" => """{ "metadata": {}, "involvedObject": {}, "source": {}, "eventTime": null, "reportingComponent": "", "reportingInstance": "" }""",
        _ => """{ "metadata": {}, "spec": {}, "status": {} }""",
    })!.AsObject();
}
