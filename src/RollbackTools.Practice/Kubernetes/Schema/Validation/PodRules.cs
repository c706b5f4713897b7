using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

/// <summary>Pod specs, in pods and in templates.</summary>
internal static class PodRules
{
    private static readonly string[] PullPolicies = ["Always", "IfNotPresent", "Never"];

    // In the order in which a real server looks at them.
    private static readonly string[] Sources =
        ["emptyDir", "hostPath", "secret", "nfs", "iscsi", "persistentVolumeClaim", "downwardAPI", "configMap", "csi", "projected", "ephemeral", "image"];

    public static void Spec(JsonObject? spec, string path, List<FieldError> errors, params string[] restartPolicies)
    {
        if (spec is null || !spec.Objects("containers").Any()) errors.Add(FieldError.Required($"{path}.containers"));
        var volumes = Volumes(spec, path, errors);
        HashSet<string> names = [];
        Containers(spec, "initContainers", path, names, volumes, errors);
        Containers(spec, "containers", path, names, volumes, errors);

        string[] policies = restartPolicies.Length > 0 ? restartPolicies : ["Always", "OnFailure", "Never"];
        if (spec.Text("restartPolicy") is { } policy && !policies.Contains(policy))
            errors.Add(FieldError.NotSupported($"{path}.restartPolicy", policy, policies));
        if (spec.Number("terminationGracePeriodSeconds") is < 0 and var grace)
            errors.Add(FieldError.Invalid($"{path}.terminationGracePeriodSeconds", grace, "must be greater than or equal to 0"));
        Validator.LabelMap(spec.Child("nodeSelector"), $"{path}.nodeSelector", errors);
        Spread(spec, path, errors);
    }

    private static HashSet<string> Volumes(JsonObject? spec, string path, List<FieldError> errors)
    {
        HashSet<string> names = [];
        var at = 0;
        foreach (var volume in spec.Objects("volumes"))
        {
            var here = $"{path}.volumes[{at++}]";
            var name = volume.Text("name") ?? "";
            if (name.Length == 0) errors.Add(FieldError.Required($"{here}.name"));
            else if (Names.CheckLabel(name) is { } bad) errors.Add(FieldError.Invalid($"{here}.name", name, bad));
            else if (!names.Add(name)) errors.Add(FieldError.Duplicate($"{here}.name", name));
            if (Sources.Where(volume.ContainsKey).Skip(1).FirstOrDefault() is { } second)
            {
                errors.Add(FieldError.Forbidden($"{here}.{second}", "may not specify more than 1 volume type"));
                names.Remove(name);
            }
        }

        return names;
    }

    private static void Containers(
        JsonObject? spec, string list, string path, HashSet<string> names, HashSet<string> volumes, List<FieldError> errors)
    {
        var at = 0;
        foreach (var container in spec.Objects(list))
        {
            var here = $"{path}.{list}[{at++}]";
            var name = container.Text("name") ?? "";
            if (name.Length == 0) errors.Add(FieldError.Required($"{here}.name"));
            else if (Names.CheckLabel(name) is { } bad) errors.Add(FieldError.Invalid($"{here}.name", name, bad));

            var image = container.Text("image") ?? "";
            if (image.Length == 0) errors.Add(FieldError.Required($"{here}.image"));
            else if (image.Trim() != image && path == "spec")
                errors.Add(FieldError.Invalid($"{here}.image", image, "must not have leading or trailing whitespace"));

            if (container.Text("imagePullPolicy") is { } pull && !PullPolicies.Contains(pull))
                errors.Add(FieldError.NotSupported($"{here}.imagePullPolicy", pull, PullPolicies));
            Ports(container, here, errors);
            Environment(container, here, errors);
            Mounts(container, here, volumes, errors);
            foreach (var probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
                Probe(container.Child(probe), $"{here}.{probe}", probe == "readinessProbe", errors);
            Resources(container.Child("resources"), $"{here}.resources", errors);
            if (name.Length > 0 && !names.Add(name)) errors.Add(FieldError.Duplicate($"{here}.name", name));
        }
    }

    private static void Resources(JsonObject? resources, string path, List<FieldError> errors)
    {
        foreach (var (name, request) in resources.Child("requests") ?? [])
            if (resources.Child("limits")?[name] is { } limit && Quantity.Of(request) > Quantity.Of(limit))
                errors.Add(FieldError.Invalid($"{path}.requests", request?.ToString(), $"must be less than or equal to {name} limit of {limit}"));
    }

    private static void Spread(JsonObject? spec, string path, List<FieldError> errors)
    {
        var constraints = spec.Objects("topologySpreadConstraints").Select(one => (Key: one.Text("topologyKey"), When: one.Text("whenUnsatisfiable"))).ToList();
        for (var at = 0; at < constraints.Count; at++)
            if (constraints.Skip(at + 1).Contains(constraints[at]))
                errors.Add(FieldError.Duplicate($"{path}.topologySpreadConstraints[{at}].{{topologyKey, whenUnsatisfiable}}", $"{{{constraints[at].Key}, {constraints[at].When}}}"));
    }

    private static void Ports(JsonObject container, string path, List<FieldError> errors)
    {
        var at = 0;
        foreach (var port in container.Objects("ports"))
        {
            var here = $"{path}.ports[{at++}]";
            if (port.Number("containerPort") is not { } number || number == 0) errors.Add(FieldError.Required($"{here}.containerPort"));
            else if (number is < 1 or > 65535)
                errors.Add(FieldError.Invalid($"{here}.containerPort", number, "must be between 1 and 65535, inclusive"));
            if (port.Text("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP"))
                errors.Add(FieldError.NotSupported($"{here}.protocol", protocol, "SCTP", "TCP", "UDP"));
        }
    }

    private static void Environment(JsonObject container, string path, List<FieldError> errors)
    {
        var at = 0;
        foreach (var variable in container.Objects("env"))
        {
            var here = $"{path}.env[{at++}]";
            if (variable.Text("name") is not { Length: > 0 }) errors.Add(FieldError.Required($"{here}.name"));
            if (variable.Text("value") is { Length: > 0 } && variable["valueFrom"] is not null)
                errors.Add(FieldError.Invalid($"{here}.valueFrom", "", "may not be specified when `value` is not empty"));
        }
    }

    private static void Mounts(JsonObject container, string path, HashSet<string> volumes, List<FieldError> errors)
    {
        HashSet<string> paths = [];
        var at = 0;
        foreach (var mount in container.Objects("volumeMounts"))
        {
            var here = $"{path}.volumeMounts[{at++}]";
            var name = mount.Text("name") ?? "";
            if (name.Length == 0) errors.Add(FieldError.Required($"{here}.name"));
            else if (!volumes.Contains(name)) errors.Add(FieldError.NotFound($"{here}.name", name));
            if (mount.Text("mountPath") is not { Length: > 0 } target) errors.Add(FieldError.Required($"{here}.mountPath"));
            else if (!paths.Add(target)) errors.Add(FieldError.Invalid($"{here}.mountPath", target, "must be unique"));
        }
    }

    private static void Probe(JsonObject? probe, string path, bool readiness, List<FieldError> errors)
    {
        if (probe is null) return;
        if (!new[] { "exec", "httpGet", "tcpSocket", "grpc" }.Any(handler => probe[handler] is not null))
            errors.Add(FieldError.Required(path, "must specify a handler type"));
        if (!readiness && probe.Number("successThreshold") is { } threshold and not 1)
            errors.Add(FieldError.Invalid($"{path}.successThreshold", threshold, "must be 1"));
    }
}
