using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.CustomResources;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>What a whole object may look like; run after defaulting.</summary>
public static class Validator
{
    public static IReadOnlyList<FieldError> Check(ResourceType type, JsonObject body)
    {
        List<FieldError> errors = [];
        Metadata(type, body.Child("metadata"), errors);
        if (type.Definition is { } definition) StructuralValidation.Check(body, definition.SchemaOf(type.Version), errors);
        if (type.Custom) return errors;

        var spec = body.Child("spec");
        switch (type.Kind)
        {
            case "Deployment":
                WorkloadRules.Deployment(spec, errors);
                break;
            case "ReplicaSet":
                WorkloadRules.Replicas(spec, errors);
                WorkloadRules.Selected(spec, errors, "Always");
                break;
            case "StatefulSet":
                WorkloadRules.StatefulSet(spec, errors);
                break;
            case "DaemonSet":
                WorkloadRules.DaemonSet(spec, errors);
                break;
            case "Job":
                WorkloadRules.Job(spec, "spec", errors);
                break;
            case "CronJob":
                WorkloadRules.CronJob(spec, errors);
                break;
            case "Pod":
                PodRules.Spec(spec, "spec", errors);
                break;
            case "Service":
                ServiceRules.Check(spec, errors);
                break;
            case "ConfigMap" or "Secret":
                Keys(body, "data", errors);
                Keys(body, "binaryData", errors);
                var size = Size(body.Child("data"), type.Kind == "Secret") + Size(body.Child("binaryData"), base64: true);
                if (size > MostBytes)
                    errors.Add(new FieldError("FieldValueTooLong", type.Kind == "Secret" ? "data" : "[]", $"Too long: may not be more than {MostBytes} bytes"));
                break;
            case "HorizontalPodAutoscaler":
                if (spec.Number("maxReplicas") is not > 0)
                    errors.Add(FieldError.Invalid("spec.maxReplicas", spec.Number("maxReplicas") ?? 0, "must be greater than 0"));
                else if (spec.Number("minReplicas") > spec.Number("maxReplicas"))
                    errors.Add(FieldError.Invalid("spec.maxReplicas", spec.Number("maxReplicas"), "must be greater than or equal to `minReplicas`"));
                break;
            case "CustomResourceDefinition":
                DefinitionRules.Check(body, errors);
                break;
            case "PodDisruptionBudget" when (spec?["minAvailable"]) is not null && (spec?["maxUnavailable"]) is not null:
                errors.Add(FieldError.Invalid("spec", "", "minAvailable and maxUnavailable cannot be both set"));
                break;
            case "Lease":
                if (spec.Number("leaseDurationSeconds") is <= 0 and var seconds)
                    errors.Add(FieldError.Invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
                if (spec.Number("leaseTransitions") is < 0 and var transitions)
                    errors.Add(FieldError.Invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
                break;
        }

        return errors;
    }

    private static void Metadata(ResourceType type, JsonObject? meta, List<FieldError> errors)
    {
        var name = meta.Text("name") ?? "";
        if (name.Length == 0 && meta.Text("generateName") is { } prefix)
        {
            if (Names.Check(type, prefix.TrimEnd('-') + "x") is { } wrong) errors.Add(FieldError.Invalid("metadata.generateName", prefix, wrong));
        }
        else if (name.Length == 0)
        {
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        }
        else if (Names.Check(type, name) is { } bad)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, bad));
        }

        LabelMap(meta.Child("labels"), "metadata.labels", errors);
        foreach (var (key, _) in meta.Child("annotations") ?? [])
            if (Names.CheckLabelKey(key.ToLowerInvariant()) is { } bad) errors.Add(FieldError.Invalid("metadata.annotations", key, bad));
        if (meta.Child("annotations")?.Sum(pair => pair.Key.Length + ((string?)pair.Value ?? "").Length) > 256 * 1024)
            errors.Add(new FieldError("FieldValueTooLong", "metadata.annotations", "Too long: may not be more than 262144 bytes"));
        var at = 0;
        foreach (var finalizer in meta.List("finalizers") ?? [])
        {
            var here = $"metadata.finalizers[{at++}]";
            var text = finalizer?.ToString() ?? "";
            if (Names.CheckLabelKey(text) is { } wrong) errors.Add(FieldError.Invalid(here, text, wrong));
            else if (!type.Custom && !text.Contains('/') && text is not ("orphan" or "foregroundDeletion" or "kubernetes"))
                errors.Add(FieldError.Invalid(here, text, "name is neither a standard finalizer name nor is it fully qualified"));
        }

        foreach (var owner in meta.Objects("ownerReferences"))
            foreach (var field in new[] { "apiVersion", "kind", "name", "uid" })
                if (owner.Text(field) is not { Length: > 0 })
                    errors.Add(FieldError.Invalid($"metadata.ownerReferences.{field}", "", $"{field} must not be empty"));
    }

    internal static void LabelMap(JsonObject? labels, string path, List<FieldError> errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (Names.CheckLabelKey(key) is { } badKey) errors.Add(FieldError.Invalid(path, key, badKey));
            if (Names.CheckLabelValue((string?)value ?? "") is { } badValue) errors.Add(FieldError.Invalid(path, (string?)value, badValue));
        }
    }

    private const long MostBytes = 1024 * 1024;

    private static long Size(JsonObject? data, bool base64) =>
        data?.Sum(pair => System.Text.Encoding.UTF8.GetByteCount(pair.Value?.ToString() ?? "") * (base64 ? 3 : 4) / 4L) ?? 0;

    private static void Keys(JsonObject body, string field, List<FieldError> errors)
    {
        const string rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  " +
            "or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
        foreach (var (key, _) in body.Child(field) ?? [])
            if (key.Length is 0 or > 253 || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
                errors.Add(FieldError.Invalid($"{field}[{key}]", key, rule));
    }
}
