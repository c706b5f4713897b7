using System.Text.Json.Nodes;
using System.Text.Json;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>apps and batch.</summary>
internal static class WorkloadRules
{
    public static void Deployment(JsonObject? spec, List<FieldError> errors)
    {
        Replicas(spec, errors);
        Selected(spec, errors, "Always");
        NotNegative(spec, "minReadySeconds", errors);
        NotNegative(spec, "revisionHistoryLimit", errors);
        var strategy = spec.Child("strategy");
        switch (strategy.Text("type"))
        {
            case "Recreate":
                if (strategy?["rollingUpdate"] is not null)
                    errors.Add(FieldError.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
                break;
            case "RollingUpdate":
                Rolling(strategy.Child("rollingUpdate"), "spec.strategy.rollingUpdate", errors);
                break;
            default:
                // A real server shows where in its memory the rest of the strategy lies.
                errors.Add(new FieldError("FieldValueNotSupported", "spec.strategy",
                    $"Unsupported value: apps.DeploymentStrategy{{Type:\"{strategy.Text("type")}\", RollingUpdate:(*apps.RollingUpdateDeployment)" +
                    $"({(strategy.Child("rollingUpdate") is null ? "nil" : "0xc000000000")})}}: supported values: \"Recreate\", \"RollingUpdate\""));
                break;
        }

        if (spec.Number("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Number("minReadySeconds") ?? 0))
            errors.Add(FieldError.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
    }

    public static void StatefulSet(JsonObject? spec, List<FieldError> errors)
    {
        Replicas(spec, errors);
        Selected(spec, errors, "Always");

        // A mount may name a claim template: the pod gets that volume when it is made.
        var claims = spec.Objects("volumeClaimTemplates")
            .Select(claim => FieldError.NotFound("", claim.Child("metadata").Text("name") ?? "").Detail).ToHashSet();
        errors.RemoveAll(error => error.Field.Contains(".volumeMounts[", StringComparison.Ordinal) && claims.Contains(error.Detail));
        if (spec.Text("podManagementPolicy") is { } policy and not ("OrderedReady" or "Parallel"))
            errors.Add(FieldError.Invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
        var strategy = spec.Child("updateStrategy");
        switch (strategy.Text("type"))
        {
            case "OnDelete":
                if (strategy?["rollingUpdate"] is not null)
                    errors.Add(FieldError.Invalid("spec.updateStrategy.rollingUpdate", "", "only allowed for updateStrategy 'RollingUpdate'"));
                break;
            case "RollingUpdate":
                if (strategy.Child("rollingUpdate").Number("partition") is < 0 and var partition)
                    errors.Add(FieldError.Invalid("spec.updateStrategy.rollingUpdate.partition", partition, "must be greater than or equal to 0"));
                break;
            default:
                errors.Add(FieldError.Invalid("spec.updateStrategy", strategy.Text("type"), "must be 'RollingUpdate' or 'OnDelete'"));
                break;
        }
    }

    public static void DaemonSet(JsonObject? spec, List<FieldError> errors)
    {
        Selected(spec, errors, "Always");
        var strategy = spec.Child("updateStrategy");
        if (strategy.Text("type") is { } type and not ("RollingUpdate" or "OnDelete"))
            errors.Add(FieldError.NotSupported("spec.updateStrategy.type", type, "OnDelete", "RollingUpdate"));
        if (strategy.Text("type") == "RollingUpdate") Rolling(strategy.Child("rollingUpdate"), "spec.updateStrategy.rollingUpdate", errors);
    }

    public static void Job(JsonObject? spec, string path, List<FieldError> errors)
    {
        foreach (var field in new[] { "parallelism", "completions", "backoffLimit", "activeDeadlineSeconds" })
            NotNegative(spec, field, errors, path);
        PodRules.Spec(spec.Child("template").Child("spec"), $"{path}.template.spec", errors, "OnFailure", "Never");
    }

    public static void CronJob(JsonObject? spec, List<FieldError> errors)
    {
        if (spec.Text("schedule") is not { Length: > 0 } schedule) errors.Add(FieldError.Required("spec.schedule"));
        else if (!schedule.StartsWith('@') && schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5)
            errors.Add(FieldError.Invalid("spec.schedule", schedule,
                $"expected exactly 5 fields, found {schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length}: [{schedule}]"));
        Job(spec.Child("jobTemplate").Child("spec"), "spec.jobTemplate.spec", errors);
    }

    public static void Replicas(JsonObject? spec, List<FieldError> errors) => NotNegative(spec, "replicas", errors);

    /// <summary>A selector that is there, means something and selects what the template makes; and the template itself.</summary>
    public static void Selected(JsonObject? spec, List<FieldError> errors, params string[] restartPolicies)
    {
        var template = spec.Child("template");
        var labels = template.Child("metadata").Child("labels");
        if (spec.Child("selector") is null) errors.Add(FieldError.Required("spec.selector"));
        if (spec.Child("selector") is not { } selector)
            errors.Add(Unselected(labels));
        else if (selector.Child("matchLabels") is null && selector.List("matchExpressions") is null)
            errors.Add(FieldError.Invalid("spec.selector", Go.Selector(selector), "empty selector is invalid"));
        else if (!Matches(selector, labels.Labels()))
            errors.Add(Unselected(labels));

        Validator.LabelMap(labels, "spec.template.metadata.labels", errors);
        PodRules.Spec(template.Child("spec"), "spec.template.spec", errors, restartPolicies);
    }

    private static FieldError Unselected(JsonObject? labels) => new("FieldValueInvalid", "spec.template.metadata.labels",
        $"Invalid value: {Go.Map(labels)}: `selector` does not match template `labels`");

    public static bool Matches(JsonObject selector, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in selector.Child("matchLabels") ?? [])
            if (!labels.TryGetValue(key, out var found) || found != (string?)value) return false;
        foreach (var one in selector.Objects("matchExpressions"))
        {
            var has = labels.TryGetValue(one.Text("key") ?? "", out var value);
            var values = (one.List("values") ?? []).Select(item => (string?)item);
            var holds = one.Text("operator") switch
            {
                "In" => has && values.Contains(value),
                "NotIn" => !has || !values.Contains(value),
                "Exists" => has,
                "DoesNotExist" => !has,
                _ => false,
            };
            if (!holds) return false;
        }

        return true;
    }

    private static void Rolling(JsonObject? rolling, string path, List<FieldError> errors)
    {
        var valid = true;
        foreach (var field in new[] { "maxUnavailable", "maxSurge" })
        {
            if (rolling?[field] is not { } value || IsCountOrPercent(value)) continue;
            valid = false;
            errors.Add(FieldError.Invalid($"{path}.{field}", value.ToString(),
                "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"));
        }

        if (valid && IsZero(rolling?["maxUnavailable"]) && IsZero(rolling?["maxSurge"]))
            errors.Add(FieldError.Invalid($"{path}.maxUnavailable", Go.IntOrString(rolling?["maxUnavailable"]), "may not be 0 when `maxSurge` is 0"));
    }

    private static bool IsCountOrPercent(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number
            ? long.TryParse(value.ToJsonString(), out var number) && number >= 0
            : value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is [.. var digits, '%'] && int.TryParse(digits, out _);

    private static bool IsZero(JsonNode? value) => value is null || value.ToString() is "0" or "0%";

    private static void NotNegative(JsonObject? spec, string field, List<FieldError> errors, string path = "spec")
    {
        if (spec.Number(field) is < 0 and var number)
            errors.Add(FieldError.Invalid($"{path}.{field}", number, "must be greater than or equal to 0"));
    }
}
