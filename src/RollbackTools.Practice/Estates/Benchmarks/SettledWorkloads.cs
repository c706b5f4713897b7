using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.Deployments;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Defaulting;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Benchmarks;

/// <summary>Deployments that have long settled: ReplicaSets, running pods and status as controllers would have left them.</summary>
internal sealed class SettledWorkloads(ObjectStore store, string ns, DateTimeOffset now)
{
    private static readonly string[] PodConditions = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

    private readonly ImageCatalogue images = new();

    /// <summary>One Deployment with its revisions, the newest running; each revision is a day younger than the one before.</summary>
    public void Add(string name, int pods, int revisions, IReadOnlyList<string> nodes)
    {
        var deployment = store.Create(Resources.Deployments, Deployment(name, pods, revisions));
        for (var revision = 1; revision <= revisions; revision++)
        {
            var current = revision == revisions;
            var set = store.Create(Resources.ReplicaSets, ReplicaSet(deployment, revision, revisions, current ? pods : 0, pods));
            for (var i = 0; current && i < pods; i++) store.Create(Resources.Pods, Pod(set, i, nodes[i % nodes.Count]));
        }
    }

    private JsonObject Deployment(string name, int pods, int revisions)
    {
        var made = Ago(revisions);
        var settled = Ago(1);
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["labels"] = new JsonObject { ["app"] = name, ["fleet"] = "benchmark" },
                ["annotations"] = new JsonObject { [RevisionAnnotations.Revision] = $"{revisions}" },
                ["creationTimestamp"] = made,
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = pods,
                // Where a minute is a tenth of a second, the usual deadline would pass while a fleet waits for its turn.
                ["progressDeadlineSeconds"] = 36_000,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } },
                ["template"] = Template(name, revisions),
            },
        };
        Defaults.Apply(Resources.Deployments, body);
        var newest = $"{name}-{Templates.Hash(body["spec"]!["template"], null)}";
        body["status"] = new JsonObject
        {
            ["observedGeneration"] = 1,
            ["replicas"] = pods,
            ["updatedReplicas"] = pods,
            ["readyReplicas"] = pods,
            ["availableReplicas"] = pods,
            ["conditions"] = new JsonArray(
                Condition("Available", "MinimumReplicasAvailable", "Deployment has minimum availability.", made),
                Condition("Progressing", DeploymentStatus.NewReplicaSetAvailable, $"ReplicaSet \"{newest}\" has successfully progressed.", settled)),
        };
        return body;
    }

    private JsonObject ReplicaSet(StoredObject deployment, int revision, int revisions, int replicas, int desired)
    {
        // The Deployment's own template, defaulted as it is, differs from each older one in its image only.
        var template = deployment.Read.Object("spec", "template")!.DeepClone().AsObject();
        template.Items("spec", "containers").First()["image"] = Image(deployment.Name, revision);
        var hash = Templates.Hash(template, null);
        template["metadata"]!["labels"]![Templates.HashLabel] = hash;
        var surge = deployment.Read.Number("spec", "replicas")!.Value;
        JsonObject status = new() { ["replicas"] = replicas, ["observedGeneration"] = 1 };
        status.Count("fullyLabeledReplicas", replicas).Count("readyReplicas", replicas).Count("availableReplicas", replicas);
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name}-{hash}",
                ["namespace"] = ns,
                ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                ["annotations"] = new JsonObject
                {
                    [RevisionAnnotations.Revision] = $"{revision}",
                    [RevisionAnnotations.DesiredReplicas] = $"{desired}",
                    [RevisionAnnotations.MaxReplicas] = $"{surge + new DeploymentView(deployment).MaxSurge}",
                },
                ["creationTimestamp"] = Ago(revisions - revision + 1),
                ["ownerReferences"] = new JsonArray(deployment.OwnerReference()),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = deployment.Name, [Templates.HashLabel] = hash } },
                ["template"] = template,
            },
            ["status"] = status,
        };
    }

    private static string PodImage(JsonObject pod) => pod.Items("spec", "containers").First().Text("image")!;

    private JsonObject Pod(StoredObject set, int index, string node)
    {
        var since = Ago(1);
        var pod = PodFactory.FromTemplate(set.Read.Object("spec", "template")!, set);
        var name = pod.Items("spec", "containers").First().Text("name")!;
        pod["metadata"]!["generateName"] = set.Name + "-";
        pod["metadata"]!["name"] = $"{set.Name}-{Suffix(index)}";
        pod["metadata"]!["creationTimestamp"] = since;
        pod["spec"]!["nodeName"] = node;
        var image = PodImage(pod);
        pod["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["conditions"] = new JsonArray([.. PodConditions.Select(type => Condition(type, null, null, since))]),
            ["hostIP"] = "10.0.0.1",
            ["podIP"] = $"10.{96 + (index / 62500)}.{index / 250 % 250}.{(index % 250) + 2}",
            ["startTime"] = since,
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = name,
                ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = since } },
                ["lastState"] = new JsonObject(),
                ["ready"] = true,
                ["restartCount"] = 0,
                ["image"] = image,
                ["imageID"] = images.Resolve(ImageReference.Parse(image)!)!.Id,
                ["started"] = true,
            }),
            ["qosClass"] = "BestEffort",
        };
        Defaults.Apply(Resources.Pods, pod);
        PodDefaults.Admit(pod);
        return pod;
    }

    private static JsonObject Template(string name, int revision) => new()
    {
        ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = name } },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = Image(name, revision) }),
        },
    };

    private static string Image(string name, int revision) => $"registry.example/{name}:v{revision}";

    private static string Suffix(int index)
    {
        const string alphabet = "bcdfghjklmnpqrstvwxz2456789";
        Span<char> suffix = stackalloc char[5];
        for (var i = 4; i >= 0; i--, index /= alphabet.Length) suffix[i] = alphabet[index % alphabet.Length];
        return new string(suffix);
    }

    private static JsonObject Condition(string type, string? reason, string? message, string since)
    {
        JsonObject condition = new() { ["type"] = type, ["status"] = "True", ["lastUpdateTime"] = since, ["lastTransitionTime"] = since };
        if (reason is null) condition.Remove("lastUpdateTime");
        else condition["reason"] = reason;
        if (message is not null) condition["message"] = message;
        return condition;
    }

    private string Ago(int days) => ObjectStore.Timestamp(now.AddDays(-days));
}
