using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>
/// A Rollout's revisions as its ReplicaSets keep them. Its controller writes more into their templates than was asked for: the hash,
/// the labels and annotations of whoever is canary or stable just now, and a term that keeps canary and stable pods apart. None of
/// that is the template, so none of it is compared or goes back into a Rollout (the plugin's undo copies it there).
/// </summary>
public static class RolloutRevision
{
    public const string HashLabel = "rollouts-pod-template-hash";
    public const string RevisionAnnotation = "rollout.argoproj.io/revision";
    public const string DesiredReplicasAnnotation = "rollout.argoproj.io/desired-replicas";
    public const string HistoryAnnotation = "rollout.argoproj.io/revision-history";

    /// <summary>What of the template's metadata the controller put there, as JSON.</summary>
    public const string EphemeralAnnotation = "rollout.argoproj.io/ephemeral-metadata";

    private static readonly string[] AffinityLists = ["requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"];

    /// <summary>Null when the ReplicaSet is no revision: one whose number cannot be read is ignored, as the plugin does.</summary>
    public static Revision? From(ReplicaSet set)
    {
        var annotations = set.Metadata.Annotations;
        if (!long.TryParse(annotations.GetValueOrDefault(RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        return new Revision
        {
            Number = number,
            Template = TemplateOf(set),
            Source = set.Metadata.Name,
            Uid = set.Metadata.Uid,
            PodHash = set.Metadata.Labels.GetValueOrDefault(HashLabel),
            CreatedAt = set.Metadata.CreationTimestamp,
            ChangeCause = annotations.GetValueOrDefault(Revision.ChangeCauseAnnotation),
            FormerNumbers = Revision.ParseHistory(annotations.GetValueOrDefault(HistoryAnnotation)),
            Scale = set.Spec.Replicas,
            NeverHadPods = Revision.WasMadeForNone(set, DesiredReplicasAnnotation),
        };
    }

    /// <summary>The template as somebody asked for it.</summary>
    public static PodTemplate TemplateOf(ReplicaSet set)
    {
        var template = JsonObject.Create(set.Spec.Template) ?? throw new FormatException($"ReplicaSet {set.Metadata.Name} has no pod template.");
        if (template["metadata"] is JsonObject metadata)
        {
            foreach (var field in (string[])["labels", "annotations"])
                foreach (var name in Ephemeral(set, field)) (metadata[field] as JsonObject)?.Remove(name);
        }

        if (template["spec"] is JsonObject spec) RemoveInjectedTerm(spec);
        return new PodTemplate(JsonSerializer.SerializeToElement(template, TemplateJson.Default.JsonObject));
    }

    /// <summary>
    /// The target in the words of the live template: the same changes made to it as lie between the two as they are kept, so that the
    /// defaults of a ReplicaSet's template do not end up in the manifest. The target itself when that is not the same.
    /// </summary>
    public static PodTemplate AsWritten(PodTemplate live, PodTemplate? liveAsKept, PodTemplate target)
    {
        if (liveAsKept is null) return target;
        var changed = TemplateDifference.ApplyTo(JsonObject.Create(live.Json)!, liveAsKept, target);
        PodTemplate written = new(JsonSerializer.SerializeToElement(changed, TemplateJson.Default.JsonObject));
        return written.Hash == target.Hash ? written : target;
    }

    private static IReadOnlyList<string> Ephemeral(ReplicaSet set, string field)
    {
        if (set.Metadata.Annotations.GetValueOrDefault(EphemeralAnnotation) is not { } text) return [];
        try
        {
            return JsonNode.Parse(text)?[field] is JsonObject injected ? [.. injected.Select(pair => pair.Key)] : [];
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return []; // Then what it names stays, and the templates differ visibly.
        }
    }

    private static void RemoveInjectedTerm(JsonObject spec)
    {
        if (spec["affinity"] is not JsonObject affinity || affinity["podAntiAffinity"] is not JsonObject apart) return;
        var removed = false;
        foreach (var name in AffinityLists)
        {
            if (apart[name] is not JsonArray terms) continue;
            foreach (var injected in terms.Where(IsInjected).ToList()) removed |= terms.Remove(injected);
            if (removed && terms.Count == 0) apart.Remove(name);
        }

        // Only what became empty by this goes: an affinity somebody left empty is theirs.
        if (!removed) return;
        if (apart.Count == 0) affinity.Remove("podAntiAffinity");
        if (affinity.Count == 0) spec.Remove("affinity");
    }

    private static bool IsInjected(JsonNode? term) =>
        ((term as JsonObject)?["podAffinityTerm"] ?? term) is JsonObject inner
        && (inner["labelSelector"] as JsonObject)?["matchExpressions"] is JsonArray { Count: 1 } expressions
        && expressions[0] is JsonObject expression && expression["key"] is JsonValue key && key.TryGetValue<string>(out var label) && label == HashLabel;
}
