using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.Rollouts.Reconciling;

/// <summary>
/// Labels and annotations that pods carry only while they are canary, stable, preview or active. They are injected into ReplicaSets'
/// templates and running pods; an annotation on the ReplicaSet remembers which.
/// </summary>
internal static class EphemeralMetadata
{
    private static readonly string[] Parts = ["annotations", "labels"];

    /// <summary>What the new ReplicaSet's pods are to carry while there is a stable one beside it.</summary>
    public static JsonObject? OfNew(RolloutView rollout) =>
        rollout.Canary.Object("canaryMetadata") ?? rollout.BlueGreen.Object("previewMetadata");

    public static JsonObject? OfStable(RolloutView rollout) =>
        rollout.Canary.Object("stableMetadata") ?? rollout.BlueGreen.Object("activeMetadata");

    /// <summary>What was injected into this ReplicaSet.</summary>
    public static JsonObject? Injected(JsonNode set)
    {
        if (set.Text("metadata", "annotations", RolloutNames.EphemeralMetadata) is not { } text) return null;
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // Somebody wrote something else there: as if nothing had been injected.
            return null;
        }
    }

    /// <summary>Brings a ReplicaSet's template and its memory to what is wanted; false when they are.</summary>
    public static bool Sync(JsonObject set, JsonObject? wanted)
    {
        var metadata = set.Child("spec").Child("template").Child("metadata");
        if (!Sync(metadata, Injected(set), wanted)) return false;
        var annotations = set.Child("metadata").Child("annotations");
        if (wanted is null) annotations.Remove(RolloutNames.EphemeralMetadata);
        else annotations[RolloutNames.EphemeralMetadata] = wanted.ToJsonString();
        return true;
    }

    /// <summary>Brings an object's metadata to what is wanted, taking away only what was injected; false when it is so already.</summary>
    public static bool Sync(JsonObject metadata, JsonObject? injected, JsonObject? wanted)
    {
        var changed = false;
        foreach (var part in Parts)
        {
            foreach (var (key, value) in wanted.Map(part))
            {
                if (metadata.Text(part, key) == value) continue;
                metadata.Child(part)[key] = value;
                changed = true;
            }

            foreach (var key in injected.Map(part).Keys.Except(wanted.Map(part).Keys))
                changed |= metadata.Object(part)?.Remove(key) == true;
        }

        return changed;
    }
}
