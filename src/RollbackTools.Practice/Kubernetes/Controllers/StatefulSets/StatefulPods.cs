using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers.Revisions;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.StatefulSets;

/// <summary>Creates and deletes the numbered pods of a StatefulSet and the claims they keep.</summary>
internal sealed class StatefulPods(ControllerContext context)
{
    private const string Component = "statefulset-controller";

    private readonly PodFactory factory = new(context);

    public StoredObject Create(StatefulSetView set, int ordinal, JsonNode template, string revision)
    {
        var name = $"{set.Name}-{ordinal}";
        var pod = PodFactory.FromTemplate(WithoutPatch(template), set.Stored);
        var metadata = pod.Child("metadata");
        metadata["name"] = name;
        metadata["generateName"] = set.Name + "-";
        var labels = metadata.Child("labels");
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = RevisionStore.Text(ordinal);
        labels["controller-revision-hash"] = revision;
        var spec = pod.Child("spec");
        spec["hostname"] = name;
        if (set.ServiceName.Length > 0) spec["subdomain"] = set.ServiceName;
        foreach (var claim in set.Claims) Claim(set, claim, spec, name);
        try
        {
            var created = factory.Create(pod);
            context.Events.Normal(set.Stored, Component, "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Name} successful");
            return created;
        }
        catch (PodRefusedException refusal)
        {
            context.Events.Warning(set.Stored, Component, "FailedCreate",
                $"create Pod {name} in StatefulSet {set.Name} failed error: {refusal.Message}");
            throw;
        }
    }

    public void Delete(StatefulSetView set, StoredObject pod)
    {
        context.Store.DeletePod(pod);
        context.Events.Normal(set.Stored, Component, "SuccessfulDelete", $"delete Pod {pod.Name} in StatefulSet {set.Name} successful");
    }

    private static JsonObject WithoutPatch(JsonNode template)
    {
        var copy = template.DeepClone().AsObject();
        copy.Remove("$patch");
        return copy;
    }

    private void Claim(StatefulSetView set, JsonObject template, JsonObject podSpec, string pod)
    {
        var volume = template.Text("metadata", "name") ?? "data";
        var name = $"{volume}-{pod}";
        var volumes = podSpec["volumes"] as JsonArray ?? [];
        foreach (var replaced in volumes.OfType<JsonObject>().Where(v => v.Text("name") == volume).ToList()) volumes.Remove(replaced);
        volumes.Add((JsonNode)new JsonObject
        {
            ["name"] = volume,
            ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = name },
        });
        podSpec["volumes"] = volumes;

        if (context.Store.Find(Resources.PersistentVolumeClaims, set.Stored.Namespace, name) is not null) return;
        var body = template.DeepClone().AsObject();
        body["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = set.Stored.Namespace,
            ["labels"] = set.Stored.Read.Object("spec", "selector", "matchLabels")?.DeepClone(),
        };
        body.Child("spec")["volumeName"] = $"pvc-{Guid.NewGuid()}";
        body["status"] = new JsonObject
        {
            ["phase"] = "Bound",
            ["accessModes"] = body["spec"]!["accessModes"]?.DeepClone(),
            ["capacity"] = body["spec"].At("resources", "requests")?.DeepClone(),
        };
        context.Store.Create(Resources.PersistentVolumeClaims, body);
        context.Events.Normal(set.Stored, Component, "SuccessfulCreate",
            $"create Claim {name} Pod {pod} in StatefulSet {set.Name} success");
    }
}
