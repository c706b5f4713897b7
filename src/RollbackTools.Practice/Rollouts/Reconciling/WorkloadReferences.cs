using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Rollouts whose template is another object's: a Deployment's, a ReplicaSet's.</summary>
internal sealed class WorkloadReferences(ObjectStore store, ResourceCatalog catalog)
{
    private static readonly HashSet<(string Group, string Kind)> Supported = [("apps", "Deployment"), ("apps", "ReplicaSet"), ("", "PodTemplate")];

    /// <summary>The object a Rollout refers to; <paramref name="problem"/> says why there is none.</summary>
    public StoredObject? Find(StoredObject rollout, out string? problem)
    {
        var reference = rollout.Read.Object("spec", "workloadRef");
        var (version, kind, name) = (reference.Text("apiVersion") ?? "", reference.Text("kind") ?? "", reference.Text("name") ?? "");
        var group = version.Contains('/') ? version[..version.IndexOf('/')] : "";
        problem = null;
        if (!Supported.Contains((group, kind)))
        {
            problem = $"workload of type {group}/{kind} is not supported";
            return null;
        }

        if (rollout.Read.At("spec", "template") is not null) problem = "template must be empty for workload reference rollout";
        else if (catalog.FindKind(version, kind) is { } type && store.Find(type, rollout.Namespace, name) is { } found) return found;
        else problem = $"{(group.Length == 0 ? "podtemplates" : $"{kind.ToLowerInvariant()}s.{group}")} \"{name}\" not found";
        return null;
    }

    /// <summary>Writes the workload's generation onto the Rollout; true when it was not there yet.</summary>
    public bool Observe(StoredObject rollout, StoredObject workload)
    {
        var generation = Numbers.Text(workload.Generation());
        if (rollout.Annotation(RolloutNames.WorkloadGeneration) == generation) return false;
        store.Update(rollout.Type, rollout.Namespace, rollout.Name, body =>
        {
            body.Child("metadata").Child("annotations")[RolloutNames.WorkloadGeneration] = generation;
            return true;
        }, rollout.Version);
        return true;
    }

    /// <summary>The Rollouts of a kind that refer to this object.</summary>
    public IEnumerable<ObjectKey> Referring(ResourceType rollouts, StoredObject workload) => store.List(rollouts, workload.Namespace).Items
        .Where(one => one.Read.Text("spec", "workloadRef", "kind") == workload.Type.Kind && one.Read.Text("spec", "workloadRef", "name") == workload.Name)
        .Select(one => one.Key());

    /// <summary>The Rollout's pods have taken over: the workload's own go.</summary>
    public void ScaleDown(RolloutView rollout)
    {
        if (Find(rollout.Stored, out _) is not { } workload || workload.Read.Number("spec", "replicas") == 0) return;
        store.Update(workload.Type, workload.Namespace, workload.Name, body =>
        {
            body.Child("spec")["replicas"] = 0;
            return true;
        });
    }
}
