using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>Whether an object has come to what helm waits for.</summary>
internal static class Readiness
{
    /// <summary>What <c>--wait</c> looks at: workloads that have rolled out. Of other kinds it is enough that they are there.</summary>
    public static bool Ready(JsonObject live)
    {
        if ((live.Number("status", "observedGeneration") ?? 0) < (live.Number("metadata", "generation") ?? 0) && IsWorkload(live)) return false;
        var wanted = live.Number("spec", "replicas") ?? 1;
        return live.Text("kind") switch
        {
            // Pods of the revision before count as available too: none of them may be left.
            "Deployment" => !live.Flag("spec", "paused") && (live.Number("status", "updatedReplicas") ?? 0) >= wanted
                && (live.Number("status", "replicas") ?? 0) <= (live.Number("status", "updatedReplicas") ?? 0)
                && (live.Number("status", "availableReplicas") ?? 0) >= wanted,
            "StatefulSet" => (live.Number("status", "readyReplicas") ?? 0) >= wanted && (live.Number("status", "updatedReplicas") ?? 0) >= wanted,
            "DaemonSet" => (live.Number("status", "numberReady") ?? 0) >= (live.Number("status", "desiredNumberScheduled") ?? 0),
            "PersistentVolumeClaim" => live.Text("status", "phase") == "Bound",
            "CustomResourceDefinition" => live.Items("status", "conditions").Any(one => one.Text("type") == "Established" && one.Text("status") == "True"),
            _ => true,
        };
    }

    /// <summary>How a hook's Job or Pod has ended: true well, false badly, null not yet. Other kinds are done once they are there.</summary>
    public static bool? Ended(JsonObject live) => live.Text("kind") switch
    {
        "Job" when Condition(live, "Complete") => true,
        "Job" when Condition(live, "Failed") => false,
        "Job" => null,
        "Pod" => live.Text("status", "phase") switch { "Succeeded" => true, "Failed" => false, _ => null },
        _ => true,
    };

    /// <summary>Why it failed, as its own condition says.</summary>
    public static string Reason(JsonObject live) =>
        live.Items("status", "conditions").FirstOrDefault(one => one.Text("type") == "Failed").Text("reason") ?? live.Text("status", "phase") ?? "";

    private static bool Condition(JsonObject live, string type) =>
        live.Items("status", "conditions").Any(one => one.Text("type") == type && one.Text("status") == "True");

    private static bool IsWorkload(JsonObject live) => live.Text("kind") is "Deployment" or "StatefulSet" or "DaemonSet";
}
