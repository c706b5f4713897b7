using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema.Defaulting;

/// <summary>What an API server fills into pod specs (<c>pkg/apis/core/v1/defaults.go</c>).</summary>
internal static class PodDefaults
{
    public static void Template(JsonObject template)
    {
        // A Go ObjectMeta cannot leave its creationTimestamp out: every template a real server returns carries the null.
        var meta = template.Ensure("metadata");
        if (!meta.ContainsKey("creationTimestamp")) meta["creationTimestamp"] = null;
        Spec(template.Ensure("spec"));
    }

    public static void Spec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("securityContext", new JsonObject());
        if (spec.Text("serviceAccountName") is { } account) spec["serviceAccount"] = account;
        else if (spec.Text("serviceAccount") is { } old) spec["serviceAccountName"] = old;

        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers"))) Container(container);
        foreach (var volume in spec.Objects("volumes")) Volume(volume);
    }

    /// <summary>What is filled into pods only, not into the templates they are made from.</summary>
    public static void Pod(JsonObject pod)
    {
        var spec = pod.Ensure("spec");
        Spec(spec);
        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers"))) Requests(container.Ensure("resources"));
        spec.Default("enableServiceLinks", true);
    }

    /// <summary>What is decided as a pod is admitted, and is nobody's.</summary>
    public static void Admit(JsonObject pod)
    {
        var spec = pod.Ensure("spec");
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        spec.Default("priority", 0);
        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec.Text("serviceAccountName")!);
        if (spec["tolerations"] is null)
            spec["tolerations"] = new JsonArray(Toleration("not-ready"), Toleration("unreachable"));

        var status = pod.Ensure("status");
        status.Default("phase", "Pending");
        status["qosClass"] = Qos(spec);
    }

    public static void Probe(JsonObject? probe)
    {
        if (probe is null) return;
        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
        Http(probe.Child("httpGet"));
        if (probe.Child("grpc") is { } grpc) grpc.Default("service", "");
    }

    /// <summary>What is not requested is requested up to its limit.</summary>
    private static void Requests(JsonObject resources)
    {
        if (resources.Child("limits") is not { } limits) return;
        var requests = resources.Ensure("requests");
        foreach (var (name, limit) in limits) requests.Default(name, limit!.DeepClone());
    }

    private static void Container(JsonObject container)
    {
        container.Default("imagePullPolicy", PullPolicy(container.Text("image") ?? ""));
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Ensure("resources");
        foreach (var port in container.Objects("ports")) port.Default("protocol", "TCP");
        foreach (var variable in container.Objects("env"))
        {
            variable.Child("valueFrom").Child("fieldRef")?.Default("apiVersion", "v1");
            variable.Child("valueFrom").Child("resourceFieldRef")?.Default("divisor", "0");
        }

        Probe(container.Child("livenessProbe"));
        Probe(container.Child("readinessProbe"));
        Probe(container.Child("startupProbe"));
        Http(container.Child("lifecycle").Child("postStart").Child("httpGet"));
        Http(container.Child("lifecycle").Child("preStop").Child("httpGet"));
    }

    private static void Volume(JsonObject volume)
    {
        if (volume.Count == 1) volume["emptyDir"] = new JsonObject();
        foreach (var source in new[] { "secret", "configMap", "projected", "downwardAPI" })
            volume.Child(source)?.Default("defaultMode", 420);
        volume.Child("hostPath")?.Default("type", "");
        foreach (var source in volume.Child("projected").Objects("sources"))
        {
            source.Child("serviceAccountToken")?.Default("expirationSeconds", 3600);
            foreach (var item in source.Child("downwardAPI").Objects("items")) item.Child("fieldRef")?.Default("apiVersion", "v1");
        }
    }

    private static void Http(JsonObject? get)
    {
        get?.Default("path", "/");
        get?.Default("scheme", "HTTP");
    }

    /// <summary>Always for <c>:latest</c> and for no tag; a digest pins the image.</summary>
    private static string PullPolicy(string image)
    {
        if (image.Contains('@')) return "IfNotPresent";
        var name = image[(image.LastIndexOf('/') + 1)..];
        var colon = name.IndexOf(':');
        return colon < 0 || name[(colon + 1)..] == "latest" ? "Always" : "IfNotPresent";
    }

    private static JsonObject Toleration(string condition) => new()
    {
        ["key"] = $"node.kubernetes.io/{condition}",
        ["operator"] = "Exists",
        ["effect"] = "NoExecute",
        ["tolerationSeconds"] = 300,
    };

    private static string Qos(JsonObject spec)
    {
        var resources = spec.Objects("containers").Select(container => container.Child("resources")).ToList();
        if (resources.All(one => one.Child("requests") is null && one.Child("limits") is null)) return "BestEffort";
        return resources.All(one => one.Child("limits") is { } limits && limits["cpu"] is not null && limits["memory"] is not null
            && JsonNode.DeepEquals(limits, one.Child("requests")))
            ? "Guaranteed"
            : "Burstable";
    }
}
