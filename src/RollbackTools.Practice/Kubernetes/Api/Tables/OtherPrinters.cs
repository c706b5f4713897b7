using System.Text.Json;
using static RollbackTools.Practice.Kubernetes.Api.Tables.TablePrinter;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>The smaller groups, and kinds nobody wrote a printer for.</summary>
internal static class OtherPrinters
{
    /// <summary>Custom resources without printer columns.</summary>
    public static TablePrinter NameAndAge { get; } = new(
        [Name, Age],
        static (item, now, cells) => cells.Text(item.Text("metadata", "name")).Text(Words.Age(item, now)));

    /// <summary>Roles show when they were made, not how long ago.</summary>
    public static TablePrinter NameAndCreated { get; } = new(
        [Name, new Column("Created At")],
        static (item, _, cells) => cells.Text(item.Text("metadata", "name")).Text(item.Text("metadata", "creationTimestamp")));

    public static TablePrinter Lease { get; } = new(
        [Name, new Column("Holder"), Age],
        static (item, now, cells) =>
            cells.Text(item.Text("metadata", "name")).Text(item.Text("spec", "holderIdentity")).Text(Words.Age(item, now)));

    public static TablePrinter HorizontalPodAutoscaler { get; } = new(
        [Name, new Column("Reference"), new Column("Targets"), new Column("MinPods"), new Column("MaxPods"), new Column("Replicas"), Age],
        static (item, now, cells) =>
        {
            var spec = item.At("spec");
            cells.Text(item.Text("metadata", "name")).Text($"{spec.Text("scaleTargetRef", "kind")}/{spec.Text("scaleTargetRef", "name")}");
            cells.Text(Targets(item)).Text(spec.Has("minReplicas") ? $"{spec.Number("minReplicas")}" : "<unset>");
            cells.Number(spec.Number("maxReplicas")).Number(item.Number("status", "currentReplicas")).Text(Words.Age(item, now));
        });

    public static TablePrinter PodDisruptionBudget { get; } = new(
        [Name, new Column("Min Available"), new Column("Max Unavailable"), Number("Allowed Disruptions"), Age],
        static (item, now, cells) =>
        {
            string OrNotGiven(string field) => item.Text("spec", field) is { Length: > 0 } text ? text : "N/A";
            cells.Text(item.Text("metadata", "name")).Text(OrNotGiven("minAvailable")).Text(OrNotGiven("maxUnavailable"));
            cells.Number(item.Number("status", "disruptionsAllowed")).Text(Words.Age(item, now));
        });

    public static TablePrinter EndpointSlice { get; } = new(
        [Name, new Column("AddressType"), new Column("Ports"), new Column("Endpoints"), Age],
        static (item, now, cells) =>
        {
            var ports = item.Items("ports").Select(string? (port) => port.Has("port") ? port.Text("port") : "*").ToList();
            var addresses = item.Items("endpoints").SelectMany(one => one.Items("addresses")).Select(one => one.GetString()).ToList();
            cells.Text(item.Text("metadata", "name")).Text(item.Text("addressType")).Text(Few(ports, "<unset>")).Text(Few(addresses, "<unset>"));
            cells.Text(Words.Age(item, now));
        });

    public static TablePrinter Ingress { get; } = new(
        [Name, new Column("Class"), new Column("Hosts"), new Column("Address"), new Column("Ports"), Age],
        static (item, now, cells) =>
        {
            var hosts = item.Items("spec", "rules").Select(string? (rule) => rule.Text("host")).Where(host => host?.Length > 0).ToList();
            var addresses = item.Items("status", "loadBalancer", "ingress").Select(one => one.Text("ip") is { Length: > 0 } ip ? ip : one.Text("hostname"));
            cells.Text(item.Text("metadata", "name")).Text(item.Text("spec", "ingressClassName").OrNone()).Text(Few(hosts, "*"));
            cells.Text(string.Join(",", addresses)).Text(item.Items("spec", "tls").Any() ? "80, 443" : "80").Text(Words.Age(item, now));
        });

    public static TablePrinter NetworkPolicy { get; } = new(
        [Name, new Column("Pod-Selector"), Age],
        static (item, now, cells) => cells.Text(item.Text("metadata", "name")).Text(Words.Selector(item.At("spec", "podSelector")))
            .Text(Words.Age(item, now)));

    public static TablePrinter RoleBinding { get; } = new(
        [Name, new Column("Role"), Age, Wide("Users"), Wide("Groups"), Wide("ServiceAccounts")],
        static (item, now, cells) =>
        {
            string Subjects(string kind) => string.Join(", ", item.Items("subjects").Where(one => one.Text("kind") == kind)
                .Select(one => kind == "ServiceAccount" ? $"{one.Text("namespace")}/{one.Text("name")}" : one.Text("name")));
            cells.Text(item.Text("metadata", "name")).Text($"{item.Text("roleRef", "kind")}/{item.Text("roleRef", "name")}");
            cells.Text(Words.Age(item, now)).Text(Subjects("User")).Text(Subjects("Group")).Text(Subjects("ServiceAccount"));
        });

    private static string Few(List<string?> all, string none) => all.Count switch
    {
        0 => none,
        <= 3 => string.Join(",", all),
        _ => $"{string.Join(",", all.Take(3))} + {all.Count - 3} more...",
    };

    private static string Targets(JsonElement hpa)
    {
        var at = 0;
        var current = hpa.Items("status", "currentMetrics").ToList();
        List<string> targets = [];
        foreach (var metric in hpa.Items("spec", "metrics"))
        {
            var now = at < current.Count ? current[at] : default;
            at++;
            var field = metric.Text("type") is { Length: > 0 } type ? char.ToLowerInvariant(type[0]) + type[1..] : "";
            var target = metric.At(field, "target");
            var seen = now.At(field, "current");
            var name = field is "resource" or "containerResource" ? metric.Text(field, "name") + ": " : "";
            if (target.Has("averageUtilization"))
                targets.Add($"{name}{(seen.Has("averageUtilization") ? $"{seen.Number("averageUtilization")}%" : "<unknown>")}/{target.Number("averageUtilization")}%");
            else if (target.Has("averageValue"))
                targets.Add($"{name}{Or(seen.Text("averageValue"))}/{target.Text("averageValue")}{(name.Length > 0 ? "" : " (avg)")}");
            else
                targets.Add($"{Or(seen.Text("value"))}/{target.Text("value")}");
        }

        return targets.Count == 0 ? "<none>" : string.Join(", ", targets);

        static string Or(string text) => text.Length > 0 ? text : "<unknown>";
    }
}
