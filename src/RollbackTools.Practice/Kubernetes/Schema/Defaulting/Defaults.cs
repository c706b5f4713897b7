using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.CustomResources;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema.Defaulting;

/// <summary>Fills what a manifest left open, as the API server's defaulting does on every write.</summary>
public static class Defaults
{
    /// <summary>Fills in defaults that depend on the object alone.</summary>
    public static void Apply(ResourceType type, JsonObject body)
    {
        if (type.Definition is { } definition) StructuralPruning.Default(body, definition.SchemaOf(type.Version));
        if (type.Custom) return;
        switch (type.Kind)
        {
            case "Pod":
                PodDefaults.Pod(body);
                break;
            case "Deployment":
                Deployment(body.Ensure("spec"));
                break;
            case "ReplicaSet":
                body.Ensure("spec").Default("replicas", 1);
                PodDefaults.Template(body.Ensure("spec").Ensure("template"));
                break;
            case "StatefulSet":
                StatefulSet(body.Ensure("spec"));
                break;
            case "DaemonSet":
                DaemonSet(body.Ensure("spec"));
                break;
            case "Job":
                Job(body.Ensure("spec"));
                break;
            case "CronJob":
                CronJob(body.Ensure("spec"));
                break;
            case "Service":
                ServiceDefaults.Apply(body.Ensure("spec"));
                break;
            case "Secret":
                Secret(body);
                break;
            case "PersistentVolumeClaim":
                body.Ensure("spec").Default("volumeMode", "Filesystem");
                break;
            case "HorizontalPodAutoscaler":
                Autoscaler(body.Ensure("spec"));
                break;
            case "Namespace":
                body.Ensure("spec").Default("finalizers", new JsonArray("kubernetes"));
                if (body.Child("metadata").Text("name") is { } name) body.Ensure("metadata").Ensure("labels")["kubernetes.io/metadata.name"] = name;
                body.Ensure("status").Default("phase", "Active");
                break;
            case "CustomResourceDefinition":
                Definition(body.Ensure("spec"));
                break;
            case "NetworkPolicy":
                NetworkPolicy(body.Ensure("spec"));
                break;
            case "PriorityClass":
                body.Default("preemptionPolicy", "PreemptLowerPriority");
                break;
            case "Event":
                // Go has no way to leave these out.
                if (!body.ContainsKey("eventTime")) body["eventTime"] = null;
                body.Default("reportingComponent", "");
                body.Default("reportingInstance", "");
                break;
            case "StorageClass":
                body.Default("reclaimPolicy", "Delete");
                body.Default("volumeBindingMode", "Immediate");
                break;
            case "RoleBinding" or "ClusterRoleBinding":
                foreach (var subject in body.Objects("subjects"))
                    if (subject.Text("kind") is "User" or "Group") subject.Default("apiGroup", "rbac.authorization.k8s.io");
                break;
        }
    }

    private static void Deployment(JsonObject spec)
    {
        spec.Default("progressDeadlineSeconds", 600);
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", 10);
        var strategy = spec.Ensure("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.Default("maxUnavailable", "25%");
            rolling.Default("maxSurge", "25%");
        }

        PodDefaults.Template(spec.Ensure("template"));
    }

    private static void StatefulSet(JsonObject spec)
    {
        spec.Default("podManagementPolicy", "OrderedReady");
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", 10);
        var retention = spec.Ensure("persistentVolumeClaimRetentionPolicy");
        retention.Default("whenDeleted", "Retain");
        retention.Default("whenScaled", "Retain");
        var strategy = spec.Ensure("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate") strategy.Ensure("rollingUpdate").Default("partition", 0);
        foreach (var claim in spec.Objects("volumeClaimTemplates"))
        {
            claim.Default("apiVersion", "v1");
            claim.Default("kind", "PersistentVolumeClaim");
            claim.Ensure("spec").Default("volumeMode", "Filesystem");
            claim.Ensure("status").Default("phase", "Pending");
        }

        PodDefaults.Template(spec.Ensure("template"));
    }

    private static void DaemonSet(JsonObject spec)
    {
        spec.Default("revisionHistoryLimit", 10);
        var strategy = spec.Ensure("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.Default("maxUnavailable", 1);
            rolling.Default("maxSurge", 0);
        }

        PodDefaults.Template(spec.Ensure("template"));
    }

    private static void Job(JsonObject spec)
    {
        // Without completions any success ends the job; with neither field it is one pod, once.
        if (spec["completions"] is null && spec["parallelism"] is null) spec["completions"] = 1;
        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("manualSelector", false);
        spec.Default("podReplacementPolicy", "TerminatingOrFailed");
        PodDefaults.Template(spec.Ensure("template"));
    }

    private static void CronJob(JsonObject spec)
    {
        spec.Default("concurrencyPolicy", "Allow");
        spec.Default("suspend", false);
        spec.Default("successfulJobsHistoryLimit", 3);
        spec.Default("failedJobsHistoryLimit", 1);
        var template = spec.Ensure("jobTemplate");
        var meta = template.Ensure("metadata");
        if (!meta.ContainsKey("creationTimestamp")) meta["creationTimestamp"] = null;
        if (template.Child("spec") is { } job) PodDefaults.Template(job.Ensure("template"));
    }

    private static void Definition(JsonObject spec)
    {
        var names = spec.Ensure("names");
        names.Default("singular", names.Text("kind")?.ToLowerInvariant() ?? "");
        names.Default("listKind", names.Text("kind") + "List");
        spec.Default("conversion", new JsonObject { ["strategy"] = "None" });
    }

    private static void NetworkPolicy(JsonObject spec)
    {
        foreach (var port in spec.Objects("ingress").Concat(spec.Objects("egress")).SelectMany(rule => rule.Objects("ports"))) port.Default("protocol", "TCP");
        if (spec["policyTypes"] is null) spec["policyTypes"] = spec.Objects("egress").Any() ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
    }

    private static void Secret(JsonObject body)
    {
        body.Default("type", "Opaque");
        if (!body.Remove("stringData", out var plain) || plain is not JsonObject texts) return;
        var data = body.Ensure("data");
        foreach (var (key, value) in texts)
            data[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes((string?)value ?? ""));
    }

    private static void Autoscaler(JsonObject spec)
    {
        if (spec.Child("behavior") is { } behaviour) Behaviour(behaviour);
        spec.Default("minReplicas", 1);
        spec.Default("metrics", new JsonArray(new JsonObject
        {
            ["type"] = "Resource",
            ["resource"] = new JsonObject
            {
                ["name"] = "cpu",
                ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 80 },
            },
        }));
    }

    /// <summary>Who says something about how a size changes gets all the rules written out.</summary>
    private static void Behaviour(JsonObject behaviour)
    {
        var up = behaviour.Ensure("scaleUp");
        up.Default("stabilizationWindowSeconds", 0);
        up.Default("selectPolicy", "Max");
        up.Default("policies", new JsonArray(Policy("Pods", 4), Policy("Percent", 100)));
        var down = behaviour.Ensure("scaleDown");
        down.Default("selectPolicy", "Max");
        down.Default("policies", new JsonArray(Policy("Percent", 100)));

        static JsonObject Policy(string type, int value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = 15 };
    }
}
