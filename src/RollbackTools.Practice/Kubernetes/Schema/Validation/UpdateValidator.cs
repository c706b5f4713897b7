using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.CustomResources;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>What may not change once an object exists.</summary>
public static class UpdateValidator
{
    private static readonly string[] StatefulSetMutable =
        ["replicas", "ordinals", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public static IReadOnlyList<FieldError> Check(ResourceType type, JsonObject now, JsonObject before)
    {
        List<FieldError> errors = [];
        if (before.Child("metadata")?["deletionTimestamp"] is not null)
        {
            var known = (before.Child("metadata").List("finalizers") ?? []).Select(one => one?.ToString()).ToList();
            var more = (now.Child("metadata").List("finalizers") ?? []).Select(one => one?.ToString()).Where(one => !known.Contains(one)).ToList();

            // Looked at twice, as the labels below are thrice.
            for (var again = 0; more.Count > 0 && again < 2; again++)
                errors.Add(FieldError.Forbidden("metadata.finalizers", "no new finalizers can be added if the object is being deleted, found new finalizers " +
                    $"[]string{{{string.Join(", ", more.Select(one => $"\"{one}\""))}}}"));
        }

        // An update's labels are looked at three times, by the registry, the kind and what all objects have in common; each time counts.
        for (var again = 0; again < 2; again++) Validator.LabelMap(now.Child("metadata").Child("labels"), "metadata.labels", errors);
        var (spec, old) = (now.Child("spec"), before.Child("spec"));
        switch (type.Kind)
        {
            case "Deployment" or "ReplicaSet" or "DaemonSet" when !type.Custom:
                Selector(spec, old, errors);
                break;
            case "StatefulSet":
                StatefulSet(spec, old, errors);
                break;
            case "Job":
                Selector(spec, old, errors);
                Immutable("spec.completions", spec?["completions"], old?["completions"], errors);
                Immutable("spec.completionMode", spec?["completionMode"], old?["completionMode"], errors);
                if (!old.True("suspend")) Immutable("spec.template", spec?["template"], old?["template"], errors);
                break;
            case "Pod":
                Pod(spec, old, errors);
                break;
            case "Service":
                if (old.Text("clusterIP") is { Length: > 0 } ip && spec.Text("clusterIP") is { Length: > 0 } other && ip != other)
                    errors.Add(FieldError.Invalid("spec.clusterIPs[0]", new GoLiteral($"[]string{{\"{other}\"}}"), "may not change once set"));
                break;
            case "CustomResourceDefinition":
                DefinitionRules.CheckUpdate(now, before, errors);
                break;
            case "ControllerRevision":
                Immutable("data", now["data"], before["data"], errors);
                break;
            case "ConfigMap" or "Secret":
                if (before.True("immutable"))
                {
                    Frozen(now, before, "immutable", errors);
                    Frozen(now, before, "data", errors);
                    Frozen(now, before, "binaryData", errors);
                }

                if (type.Kind == "Secret") Immutable("type", now["type"], before["type"], errors);
                break;
            case "RoleBinding" or "ClusterRoleBinding" when !JsonNode.DeepEquals(now["roleRef"], before["roleRef"]):
                errors.Add(FieldError.Invalid("roleRef", Go.RoleRef(now.Child("roleRef")), "cannot change roleRef"));
                break;
            case "PersistentVolumeClaim":
                ClaimRules.CheckUpdate(now, before, errors);
                break;
        }

        return errors;
    }

    private static void Selector(JsonObject? spec, JsonObject? old, List<FieldError> errors)
    {
        if (!JsonNode.DeepEquals(spec?["selector"], old?["selector"]))
            errors.Add(FieldError.Invalid("spec.selector", Go.Selector(spec.Child("selector")), "field is immutable"));
    }

    private static void StatefulSet(JsonObject? spec, JsonObject? old, List<FieldError> errors)
    {
        var fields = (spec ?? []).Select(pair => pair.Key).Union((old ?? []).Select(pair => pair.Key));
        if (fields.Except(StatefulSetMutable).Any(field => field != "revisionHistoryLimit" && !JsonNode.DeepEquals(spec?[field], old?[field])))
            errors.Add(FieldError.Forbidden("spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
                "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
    }

    private static void Pod(JsonObject? spec, JsonObject? old, List<FieldError> errors)
    {
        if (spec is null || old is null) return;
        var (left, right) = ((JsonObject)spec.DeepClone(), (JsonObject)old.DeepClone());
        foreach (var side in new[] { left, right })
        {
            foreach (var container in side.Objects("containers").Concat(side.Objects("initContainers"))) container.Remove("image");
            // nodeName is set through the binding on a real server; the practice scheduler writes it directly.
            foreach (var field in new[] { "activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName" }) side.Remove(field);
        }

        if (!JsonNode.DeepEquals(left, right))
            errors.Add(FieldError.Forbidden("spec",
                "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
                "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
                "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
    }

    private static void Immutable(string path, JsonNode? now, JsonNode? before, List<FieldError> errors)
    {
        if (!JsonNode.DeepEquals(now, before))
            errors.Add(FieldError.Invalid(path, new GoLiteral(now?.ToJsonString() ?? "null"), "field is immutable"));
    }

    private static void Frozen(JsonObject now, JsonObject before, string field, List<FieldError> errors)
    {
        if (!JsonNode.DeepEquals(now[field], before[field]))
            errors.Add(FieldError.Forbidden(field, "field is immutable when `immutable` is set"));
    }
}
