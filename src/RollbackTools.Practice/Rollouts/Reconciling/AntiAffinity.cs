using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>The term that keeps a new ReplicaSet's pods off the nodes of the stable one's.</summary>
internal static class AntiAffinity
{
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    /// <summary>Adds the term to a template, when the strategy asks for it and another ReplicaSet is stable.</summary>
    public static void Inject(RolloutView rollout, JsonObject template, string hash)
    {
        if (Field(rollout) is not { } field || rollout.StableHash.Length == 0 || rollout.StableHash == hash) return;
        JsonObject term = new()
        {
            ["labelSelector"] = new JsonObject
            {
                ["matchExpressions"] = new JsonArray(new JsonObject
                {
                    ["key"] = RolloutNames.HashLabel, ["operator"] = "In", ["values"] = new JsonArray(rollout.StableHash),
                }),
            },
            ["namespaces"] = new JsonArray(rollout.Namespace),
            ["topologyKey"] = "kubernetes.io/hostname",
        };
        var affinity = template.Child("spec").Child("affinity").Child("podAntiAffinity");
        if (affinity[field] is not JsonArray terms) affinity[field] = terms = [];
        terms.Add((JsonNode)(field == Preferred
            ? new JsonObject { ["weight"] = Strategy(rollout).Number(Preferred, "weight") ?? 1, ["podAffinityTerm"] = term }
            : term));
    }

    /// <summary>Takes the term out of a template again, and what became empty with it.</summary>
    public static void Strip(JsonObject template)
    {
        if (template.Object("spec", "affinity", "podAntiAffinity") is not { } anti) return;
        foreach (var field in (string[])[Preferred, Required])
        {
            if (anti[field] is not JsonArray terms) continue;
            foreach (var injected in terms.Where(IsInjected).ToList()) terms.Remove(injected);
            if (terms.Count == 0) anti.Remove(field);
        }

        var spec = template["spec"]!.AsObject();
        var affinity = spec["affinity"]!.AsObject();
        if (anti.Count == 0) affinity.Remove("podAntiAffinity");
        if (affinity.Count == 0) spec.Remove("affinity");
    }

    private static bool IsInjected(JsonNode? term) => (term.Object("podAffinityTerm") ?? term)
        .Items("labelSelector", "matchExpressions").Any(one => one.Text("key") == RolloutNames.HashLabel);

    private static JsonObject? Strategy(RolloutView rollout) => (rollout.Canary ?? rollout.BlueGreen).Object("antiAffinity");

    private static string? Field(RolloutView rollout) => Strategy(rollout) switch
    {
        { } strategy when strategy.ContainsKey(Preferred) => Preferred,
        { } strategy when strategy.ContainsKey(Required) => Required,
        _ => null,
    };
}
