using System.Net;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.Schema.Validation;

internal static class ServiceRules
{
    public static void Check(JsonObject? spec, List<FieldError> errors)
    {
        var type = spec.Text("type");
        if (type is not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName"))
            errors.Add(FieldError.NotSupported("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));

        var ports = spec.Objects("ports").ToList();
        if (ports.Count == 0 && spec.Text("clusterIP") != "None" && type != "ExternalName") errors.Add(FieldError.Required("spec.ports"));
        if (type == "ExternalName" && spec.Text("externalName") is not { Length: > 0 }) errors.Add(FieldError.Required("spec.externalName"));
        if (spec.Text("clusterIP") is { Length: > 0 } ip and not "None" && !IPAddress.TryParse(ip, out _))
            errors.Add(FieldError.Invalid("spec.clusterIPs[0]", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
        Ports(ports, errors);
        Validator.LabelMap(spec.Child("selector"), "spec.selector", errors);
    }

    private static void Ports(List<JsonObject> ports, List<FieldError> errors)
    {
        HashSet<string> names = [];
        HashSet<(long?, string?)> numbers = [];
        for (var at = 0; at < ports.Count; at++)
        {
            var (port, here) = (ports[at], $"spec.ports[{at}]");
            var name = port.Text("name") ?? "";
            if (name.Length == 0 && ports.Count > 1) errors.Add(FieldError.Required($"{here}.name"));
            else if (name.Length > 0 && Names.CheckLabel(name) is { } bad) errors.Add(FieldError.Invalid($"{here}.name", name, bad));
            else if (name.Length > 0 && !names.Add(name)) errors.Add(FieldError.Duplicate($"{here}.name", name));

            if (port.Number("port") is not (>= 1 and <= 65535))
                errors.Add(FieldError.Invalid($"{here}.port", port.Number("port") ?? 0, "must be between 1 and 65535, inclusive"));
            else if (!numbers.Add((port.Number("port"), port.Text("protocol"))))
                errors.Add(FieldError.Duplicate($"{here}", $"{port.Number("port")}/{port.Text("protocol")}"));
        }
    }
}
