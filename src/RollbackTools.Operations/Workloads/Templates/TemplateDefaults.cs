using System.Text.Json;
using RollbackTools.Operations.Objects;

namespace RollbackTools.Operations.Workloads.Templates;

/// <summary>Where in a pod template a field stands, as far as its default depends on it.</summary>
internal enum TemplatePlace
{
    Template,
    Metadata,
    Labels,
    Spec,
    Container,
    Port,
    EnvironmentVariable,
    ValueFrom,
    FieldRef,
    ResourceFieldRef,
    Resources,
    Quantities,
    Probe,
    HttpGet,
    Volume,
    VolumeFiles,
    Projected,
    ServiceAccountToken,

    /// <summary>Names chosen by people, each with a value that counts even when it is empty.</summary>
    Map,
    Elsewhere,
}

/// <summary>
/// What a field means when nobody writes it, by the defaults of core/v1 (pkg/apis/core/v1/defaults.go). The API server fills them in
/// for what it knows, such as a ReplicaSet's template, and leaves a custom kind's template as it was written. The two are the same
/// template all the same, and a field that was really taken out is not.
/// </summary>
internal static class TemplateDefaults
{
    private static readonly Dictionary<TemplatePlace, Dictionary<string, string>> Defaults = new()
    {
        [TemplatePlace.Metadata] = new() { ["annotations"] = "{}" },
        [TemplatePlace.Spec] = new()
        {
            ["restartPolicy"] = "Always", ["dnsPolicy"] = "ClusterFirst", ["schedulerName"] = "default-scheduler",
            ["terminationGracePeriodSeconds"] = "30", ["enableServiceLinks"] = "true", ["securityContext"] = "{}",
            ["hostNetwork"] = "false", ["hostPID"] = "false", ["hostIPC"] = "false",
        },
        [TemplatePlace.Container] = new()
        {
            ["terminationMessagePath"] = "/dev/termination-log", ["terminationMessagePolicy"] = "File", ["resources"] = "{}",
            ["stdin"] = "false", ["stdinOnce"] = "false", ["tty"] = "false",
        },
        [TemplatePlace.Port] = new() { ["protocol"] = "TCP", ["hostPort"] = "0" },
        [TemplatePlace.FieldRef] = new() { ["apiVersion"] = "v1" },
        [TemplatePlace.ResourceFieldRef] = new() { ["divisor"] = "0" },
        [TemplatePlace.Probe] = new()
        {
            ["timeoutSeconds"] = "1", ["periodSeconds"] = "10", ["successThreshold"] = "1", ["failureThreshold"] = "3", ["initialDelaySeconds"] = "0",
        },
        [TemplatePlace.HttpGet] = new() { ["path"] = "/", ["scheme"] = "HTTP" },
        [TemplatePlace.VolumeFiles] = new() { ["defaultMode"] = "420" },
        [TemplatePlace.ServiceAccountToken] = new() { ["expirationSeconds"] = "3600" },
    };

    /// <summary>What stands below a field.</summary>
    public static TemplatePlace Below(TemplatePlace place, string name) => (place, name) switch
    {
        (TemplatePlace.Template, "metadata") => TemplatePlace.Metadata,
        (TemplatePlace.Template, "spec") => TemplatePlace.Spec,
        (TemplatePlace.Metadata, "labels") => TemplatePlace.Labels,
        (TemplatePlace.Metadata, "annotations") or (_, "matchLabels" or "nodeSelector") => TemplatePlace.Map,
        (TemplatePlace.Spec, "containers" or "initContainers" or "ephemeralContainers") => TemplatePlace.Container,
        (TemplatePlace.Spec, "volumes") => TemplatePlace.Volume,
        (TemplatePlace.Container, "ports") => TemplatePlace.Port,
        (TemplatePlace.Container, "env") => TemplatePlace.EnvironmentVariable,
        (TemplatePlace.Container, "resources") => TemplatePlace.Resources,
        (TemplatePlace.Container, "livenessProbe" or "readinessProbe" or "startupProbe") => TemplatePlace.Probe,
        (TemplatePlace.EnvironmentVariable, "valueFrom") => TemplatePlace.ValueFrom,
        (TemplatePlace.Resources, "limits" or "requests") or (TemplatePlace.Volume, "emptyDir") => TemplatePlace.Quantities,
        (TemplatePlace.Volume, "secret" or "configMap" or "downwardAPI" or "projected") => TemplatePlace.VolumeFiles,
        (TemplatePlace.VolumeFiles, "sources") => TemplatePlace.Projected,
        (TemplatePlace.Projected, "serviceAccountToken") => TemplatePlace.ServiceAccountToken,
        (_, "fieldRef") => TemplatePlace.FieldRef,
        (_, "resourceFieldRef") => TemplatePlace.ResourceFieldRef,
        (_, "httpGet") => TemplatePlace.HttpGet,
        (TemplatePlace.Labels or TemplatePlace.Quantities or TemplatePlace.Map, _) => place,
        _ => TemplatePlace.Elsewhere,
    };

    /// <summary>Whether the field says no more than its absence would.</summary>
    public static bool IsDefault(TemplatePlace place, JsonProperty field, JsonElement parent)
    {
        if (place is TemplatePlace.Labels or TemplatePlace.Map or TemplatePlace.Quantities) return false;
        var value = field.Value;
        // A list or a text that is left empty is left out when the API server writes it.
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0) return true;
        if (value.ValueKind == JsonValueKind.String && value.ValueEquals("")) return true;
        if (Defaults.TryGetValue(place, out var defaults) && defaults.TryGetValue(field.Name, out var usual) && Text(value) == usual) return true;
        return (place, field.Name) switch
        {
            (TemplatePlace.Container, "imagePullPolicy") => Text(value) == PullPolicy(parent),
            // The former name of serviceAccountName; the server keeps the two alike (argo-rollouts#1356).
            (TemplatePlace.Spec, "serviceAccount") => JsonOf(parent, "serviceAccountName") is not null,
            (TemplatePlace.Resources, "requests") => JsonOf(parent, "limits") is { } limits && AddNothing(value, limits),
            _ => false,
        };
    }

    /// <summary>A field's name and value in the one way that counts.</summary>
    public static string? Canonical(TemplatePlace place, JsonElement value) => place == TemplatePlace.Quantities ? Quantity.Canonical(Text(value)) : null;

    private static string PullPolicy(JsonElement container)
    {
        var image = JsonOf(container, "image") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        if (image.Contains('@', StringComparison.Ordinal)) return "IfNotPresent";
        var colon = image.LastIndexOf(':');
        return colon <= image.LastIndexOf('/') || image[(colon + 1)..] == "latest" ? "Always" : "IfNotPresent";
    }

    // Requests that nobody wrote are the limits.
    private static bool AddNothing(JsonElement requests, JsonElement limits) =>
        requests.ValueKind == JsonValueKind.Object && limits.ValueKind == JsonValueKind.Object
        && requests.EnumerateObject().All(request => limits.TryGetProperty(request.Name, out var limit)
            && Quantity.Canonical(Text(request.Value)) == Quantity.Canonical(Text(limit)));

    private static JsonElement? JsonOf(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var found) ? found : null;

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Object when !value.EnumerateObject().Any() => "{}",
        _ => value.GetRawText(),
    };
}
