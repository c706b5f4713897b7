using System.Text.Json;
using static RollbackTools.Practice.Kubernetes.Api.Tables.TablePrinter;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>The core group, besides pods.</summary>
internal static class CorePrinters
{
    public static TablePrinter Service { get; } = new(
        [Name, new Column("Type"), new Column("Cluster-IP"), new Column("External-IP"), new Column("Port(s)"), Age, Wide("Selector")],
        static (item, now, cells) =>
        {
            var spec = item.At("spec");
            cells.Text(item.Text("metadata", "name")).Text(spec.Text("type")).Text(spec.Text("clusterIP").OrNone()).Text(External(item));
            var ports = spec.Items("ports").Select(port =>
                port.Number("nodePort") > 0 ? $"{port.Number("port")}:{port.Number("nodePort")}/{port.Text("protocol")}"
                    : $"{port.Number("port")}/{port.Text("protocol")}");
            cells.Text(string.Join(",", ports).OrNone()).Text(Words.Age(item, now)).Text(Words.Labels(spec.At("selector")));
        });

    public static TablePrinter Endpoints { get; } = new(
        [Name, new Column("Endpoints"), Age],
        static (item, now, cells) =>
        {
            var all = item.Items("subsets").SelectMany(subset => subset.Items("ports").DefaultIfEmpty().SelectMany(port =>
                subset.Items("addresses").Select(address =>
                    port.ValueKind == JsonValueKind.Object ? $"{address.Text("ip")}:{port.Number("port")}" : address.Text("ip")))).ToList();
            var shown = string.Join(",", all.Take(3));
            cells.Text(item.Text("metadata", "name"));
            cells.Text(all.Count > 3 ? $"{shown} + {all.Count - 3} more..." : shown.OrNone()).Text(Words.Age(item, now));
        });

    public static TablePrinter Event { get; } = new(
        [
            new Column("Last Seen"), new Column("Type"), new Column("Reason"), new Column("Object"), Wide("Subobject"), Wide("Source"),
            new Column("Message"), Wide("First Seen"), new Column("Count", "integer", Priority: 1), new Column("Name", Format: "name", Priority: 1),
        ],
        static (item, now, cells) =>
        {
            var first = item.Time("firstTimestamp") ?? item.Time("eventTime");
            var last = item.Time("series", "lastObservedTime") ?? item.Time("lastTimestamp") ?? first;
            var component = item.Text("source", "component") is { Length: > 0 } source ? source : item.Text("reportingComponent");
            var host = item.Text("source", "host") is { Length: > 0 } on ? on : item.Text("reportingInstance");
            var involved = item.At("involvedObject");
            cells.Text(Words.Since(last, now)).Text(item.Text("type")).Text(item.Text("reason"));
            cells.Text($"{involved.Text("kind").ToLowerInvariant()}/{involved.Text("name")}").Text(involved.Text("fieldPath"));
            cells.Text(host.Length > 0 ? $"{component}, {host}" : component).Text(item.Text("message").Trim());
            cells.Text(Words.Since(first, now)).Number(item.NumberOr(item.NumberOr(1, "series", "count"), "count"));
            cells.Text(item.Text("metadata", "name"));
        });

    public static TablePrinter ConfigMap { get; } = new(
        [Name, new Column("Data"), Age],
        static (item, now, cells) => cells.Text(item.Text("metadata", "name"))
            .Text($"{item.Members("data").Count() + item.Members("binaryData").Count()}").Text(Words.Age(item, now)));

    public static TablePrinter Secret { get; } = new(
        [Name, new Column("Type"), Number("Data"), Age],
        static (item, now, cells) => cells.Text(item.Text("metadata", "name"))
            .Text(item.Text("type")).Number(item.Members("data").Count()).Text(Words.Age(item, now)));

    public static TablePrinter Namespace { get; } = new(
        [Name, new Column("Status"), Age],
        static (item, now, cells) => cells.Text(item.Text("metadata", "name")).Text(item.Text("status", "phase")).Text(Words.Age(item, now)));

    public static TablePrinter ServiceAccount { get; } = new(
        [Name, Number("Secrets"), Age],
        static (item, now, cells) => cells.Text(item.Text("metadata", "name")).Number(item.Items("secrets").Count()).Text(Words.Age(item, now)));

    public static TablePrinter ResourceQuota { get; } = new(
        [Name, Age, new Column("Request"), new Column("Limit")],
        static (item, now, cells) =>
        {
            string Used(bool limits) => string.Join(", ", item.Members("status", "hard")
                .Where(one => one.Name.StartsWith("limits", StringComparison.Ordinal) == limits)
                .OrderBy(one => one.Name, StringComparer.Ordinal)
                .Select(one => $"{one.Name}: {item.Text("status", "used", one.Name)}/{one.Value.GetString()}"));
            cells.Text(item.Text("metadata", "name")).Text(Words.Age(item, now)).Text(Used(false)).Text(Used(true));
        });

    public static TablePrinter PersistentVolumeClaim { get; } = new(
        [
            Name, new Column("Status"), new Column("Volume"), new Column("Capacity"), new Column("Access Modes"), new Column("StorageClass"),
            new Column("VolumeAttributesClass"), Age, Wide("VolumeMode"),
        ],
        static (item, now, cells) =>
        {
            var bound = item.Text("spec", "volumeName").Length > 0;
            var modes = (bound ? item.Items("status", "accessModes") : []).Select(mode => mode.GetString() switch
            {
                "ReadWriteOnce" => "RWO",
                "ReadOnlyMany" => "ROX",
                "ReadWriteMany" => "RWX",
                "ReadWriteOncePod" => "RWOP",
                var other => other,
            });
            cells.Text(item.Text("metadata", "name"));
            cells.Text(item.Has("metadata", "deletionTimestamp") ? "Terminating" : item.Text("status", "phase"));
            cells.Text(item.Text("spec", "volumeName")).Text(bound ? item.Text("status", "capacity", "storage") : "");
            cells.Text(string.Join(",", modes)).Text(item.Text("spec", "storageClassName"));
            cells.Text(item.Text("spec", "volumeAttributesClassName") is { Length: > 0 } attributes ? attributes : "<unset>");
            cells.Text(Words.Age(item, now)).Text(item.Text("spec", "volumeMode") is { Length: > 0 } mode ? mode : "<unset>");
        });

    public static TablePrinter Node { get; } = new(
        [
            Name, new Column("Status"), new Column("Roles"), Age, new Column("Version"), Wide("Internal-IP"), Wide("External-IP"),
            Wide("OS-Image"), Wide("Kernel-Version"), Wide("Container-Runtime"),
        ],
        static (item, now, cells) =>
        {
            const string role = "node-role.kubernetes.io/";
            var ready = item.Items("status", "conditions").Where(one => one.Text("type") == "Ready")
                .Select(one => one.Text("status") == "True" ? "Ready" : "NotReady").FirstOrDefault("Unknown");
            var roles = item.Members("metadata", "labels").Where(label => label.Name.StartsWith(role, StringComparison.Ordinal))
                .Select(label => label.Name[role.Length..]).Order(StringComparer.Ordinal);
            string Address(string type) =>
                item.Items("status", "addresses").Where(one => one.Text("type") == type).Select(one => one.Text("address")).FirstOrDefault("").OrNone();
            string Info(string field) => item.Text("status", "nodeInfo", field) is { Length: > 0 } text ? text : "<unknown>";
            cells.Text(item.Text("metadata", "name")).Text(item.True("spec", "unschedulable") ? ready + ",SchedulingDisabled" : ready);
            cells.Text(string.Join(",", roles).OrNone()).Text(Words.Age(item, now)).Text(item.Text("status", "nodeInfo", "kubeletVersion"));
            cells.Text(Address("InternalIP")).Text(Address("ExternalIP")).Text(Info("osImage")).Text(Info("kernelVersion"));
            cells.Text(Info("containerRuntimeVersion"));
        });

    private static string External(JsonElement service)
    {
        var ips = service.Items("spec", "externalIPs").Select(ip => ip.GetString());
        var balanced = service.Items("status", "loadBalancer", "ingress")
            .Select(one => one.Text("ip") is { Length: > 0 } ip ? ip : one.Text("hostname")).ToList();
        return service.Text("spec", "type") switch
        {
            "ExternalName" => service.Text("spec", "externalName"),
            "LoadBalancer" => balanced.Count == 0 && !ips.Any() ? "<pending>" : string.Join(",", balanced.Concat(ips)),
            _ => string.Join(",", ips).OrNone(),
        };
    }
}
