using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Helm;

/// <summary>
/// What a manifest says and must not decide: how many pods there are where something else decides that (helm#7090), and what of a claim can
/// never change, or only grow (helm#11359).
/// </summary>
internal sealed class Reservations(IEnumerable<CustomResource> autoscalers)
{
    private readonly Dictionary<(string? Kind, string? Name, string Namespace), string> scaled = autoscalers
        .Select(item => (Target: (item.Json.Text("spec", "scaleTargetRef", "kind"), item.Json.Text("spec", "scaleTargetRef", "name"), item.Metadata.Namespace), item.Metadata.Name))
        .DistinctBy(pair => pair.Target).ToDictionary(pair => pair.Target, pair => pair.Name);

    /// <summary>The change with the manifest that is really applied, and what was held back in its notes.</summary>
    public PlannedObject Hold(PlannedObject change)
    {
        if (change is not { After: { } after, Live: { } live }) return change;
        var there = ObjectWriter.Node(live);
        return change.Id switch
        {
            { Kind: "Deployment" or "StatefulSet" or "ReplicaSet", Group: "apps" } or { Kind: "Rollout", Group: "argoproj.io" } => HoldReplicas(change, after, there),
            { Kind: "PersistentVolumeClaim", Group: "" } => HoldClaim(change, after, there),
            _ => change,
        };
    }

    private PlannedObject HoldReplicas(PlannedObject change, JsonObject after, JsonObject live)
    {
        if (Replicas(after) is not { } wanted || Replicas(live) is not { } there || there == wanted) return change;
        var by = scaled.GetValueOrDefault((change.Id.Kind, change.Id.Name, change.Address.Namespace ?? ""));
        if (by is null && (change.Before is null || Replicas(change.Before) != wanted)) return change;
        var held = (JsonObject)after.DeepClone();
        held["spec"]!["replicas"] = there;
        var who = by is null ? "both revisions say the same, so somebody scaled it since" : $"HorizontalPodAutoscaler {by} decides";
        return change with { After = held, Notes = [.. change.Notes, string.Create(CultureInfo.InvariantCulture, $"stays at {there} replicas, not {wanted}: {who}")] };
    }

    private static PlannedObject HoldClaim(PlannedObject change, JsonObject after, JsonObject live)
    {
        var held = (JsonObject)after.DeepClone();
        List<string> notes = [];
        if (held["spec"] is not JsonObject spec || live["spec"] is not JsonObject there) return change;
        foreach (var name in spec.Select(field => field.Key).Where(name => name != "resources").ToList())
        {
            if (there[name] is not { } fixedValue || JsonNode.DeepEquals(spec[name], fixedValue)) continue;
            spec[name] = fixedValue.DeepClone();
            notes.Add($"spec.{name} stays: a claim's cannot change");
        }

        if (Quantity.Compare(Storage(spec) ?? "", Storage(there) ?? "") < 0)
        {
            notes.Add($"stays at {Storage(there)}, not {Storage(spec)}: a claim cannot shrink");
            spec["resources"]!["requests"]!["storage"] = Storage(there);
        }

        return notes.Count == 0 ? change : change with { After = held, Notes = [.. change.Notes, .. notes] };
    }

    private static long? Replicas(JsonObject manifest) => manifest["spec"]?["replicas"] is JsonValue value && value.TryGetValue(out long replicas) ? replicas : null;

    private static string? Storage(JsonObject spec) => spec["resources"]?["requests"]?["storage"]?.ToString();
}
