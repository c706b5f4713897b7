using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>What controllers ask of a pod.</summary>
internal static class PodFacts
{
    public static string Phase(this StoredObject pod) => pod.Read.Text("status", "phase") ?? "";

    /// <summary>Neither finished nor being deleted: it counts towards replicas.</summary>
    public static bool Active(this StoredObject pod) => !pod.Deleting() && pod.Phase() is not ("Succeeded" or "Failed");

    public static JsonObject? Condition(this StoredObject item, string type) =>
        item.Read.Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type);

    public static bool PodReady(this StoredObject pod) => pod.Condition("Ready").Text("status") == "True";

    public static bool RunningAndReady(this StoredObject pod) => pod.Phase() == "Running" && pod.PodReady();

    /// <summary>Ready, and so for minReadySeconds; <paramref name="wait"/> is what is left of them.</summary>
    public static bool Available(this StoredObject pod, TimeSpan minReady, DateTimeOffset now, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        var ready = pod.Condition("Ready");
        if (ready.Text("status") != "True") return false;
        if (minReady == TimeSpan.Zero) return true;
        if (ready.Time("lastTransitionTime") is not { } since) return false;
        wait = since + minReady - now;
        return wait <= TimeSpan.Zero;
    }

    public static int Restarts(this StoredObject pod) =>
        pod.Read.Items("status", "containerStatuses").Sum(container => container.Number("restartCount") ?? 0);

    public static string? Revision(this StoredObject pod) => pod.Labels.GetValueOrDefault("controller-revision-hash");

    public static bool Scheduled(this StoredObject pod) => pod.Read.Text("spec", "nodeName") is { Length: > 0 };

    /// <summary>The one node a DaemonSet's pod is for: its required affinity to a metadata.name.</summary>
    public static string? AffinityNode(this StoredObject pod) => pod.Read
        .Items("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
        .SelectMany(term => term.Items("matchFields"))
        .Where(field => field.Text("key") == "metadata.name")
        .Select(field => (field.At("values") as JsonArray)?.FirstOrDefault().Text())
        .FirstOrDefault();

    /// <summary>Deletes as a controller does: with the pod's grace period when it has a node, at once otherwise.</summary>
    public static void DeletePod(this ObjectStore store, StoredObject pod) =>
        store.Delete(pod.Type, pod.Namespace, pod.Name, pod.Grace(), ifUid: pod.Uid());

    public static int Grace(this StoredObject pod) =>
        pod.Scheduled() && pod.Phase() is not ("Succeeded" or "Failed")
            ? pod.Read.Number("spec", "terminationGracePeriodSeconds") ?? 30
            : 0;
}
