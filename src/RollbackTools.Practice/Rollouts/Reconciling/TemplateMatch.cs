using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Controllers.ReplicaSets;
using RollbackTools.Practice.Kubernetes.Schema.Defaulting;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>Which ReplicaSet runs a Rollout's template.</summary>
internal static class TemplateMatch
{
    public static string Hash(RolloutView rollout) => Templates.Hash(rollout.Template, rollout.Status.Number("collisionCount"));

    /// <summary>By the template's hash, else by what the templates say: one that went through a ReplicaSet came back with defaults filled in.</summary>
    public static ReplicaSetView? Find(RolloutView rollout, IReadOnlyList<ReplicaSetView> sets)
    {
        var hash = Hash(rollout);
        return sets.FirstOrDefault(set => set.Hash() == hash) ?? sets.FirstOrDefault(set => Same(rollout.Template, set.Stored.Read));
    }

    /// <summary>Whether a ReplicaSet runs this template, apart from what the controller and the API server put into it.</summary>
    public static bool Same(JsonObject template, JsonObject set)
    {
        var body = set.DeepClone().AsObject();
        EphemeralMetadata.Sync(body, wanted: null);
        var live = body.Child("spec").Child("template");
        AntiAffinity.Strip(live);
        var wanted = template.DeepClone().AsObject();
        PodDefaults.Template(wanted);
        foreach (var one in (JsonObject[])[live, wanted])
        {
            one.Object("metadata", "labels")?.Remove(RolloutNames.HashLabel);
            one.Object("spec")?.Remove("serviceAccount");
        }

        return Templates.Same(live, wanted);
    }
}
