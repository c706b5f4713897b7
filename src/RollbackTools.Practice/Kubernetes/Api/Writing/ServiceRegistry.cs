using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>Gives services their cluster addresses (10.96.0.0/16) and node ports (30000-32767).</summary>
internal sealed class ServiceRegistry(ObjectStore store)
{
    private int lastAddress = 1;

    public void Allocate(JsonObject service, string name)
    {
        var spec = service.Ensure("spec");
        if (spec.Text("type") == "ExternalName") return;

        var taken = Specs().Select(one => one.Text("clusterIP")).ToHashSet();
        var wanted = spec.Text("clusterIP");
        if (string.IsNullOrEmpty(wanted))
        {
            do spec["clusterIP"] = Address(Interlocked.Increment(ref lastAddress));
            while (taken.Contains(spec.Text("clusterIP")));
        }
        else if (wanted != "None" && taken.Contains(wanted))
        {
            throw Refusals.Invalid(Resources.Services, name,
                [FieldError.Invalid("spec.clusterIPs", $"[\"{wanted}\"]", $"failed to allocate IP {wanted}: provided IP is already allocated")]);
        }

        spec["clusterIPs"] = new JsonArray(spec["clusterIP"]!.DeepClone());
        AddFamilies(spec);
        AllocatePorts(spec);
    }

    /// <summary>An update that leaves the addresses out keeps them.</summary>
    public void Carry(JsonObject next, JsonObject before)
    {
        var (spec, old) = (next.Ensure("spec"), before.Child("spec"));
        if (spec.Text("type") == "ExternalName") return;
        foreach (var field in new[] { "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy" })
            if (spec[field] is null && old?[field] is { } value) spec[field] = value.DeepClone();
        foreach (var port in spec.Objects("ports"))
            if (port["nodePort"] is null
                && old.Objects("ports").FirstOrDefault(one => one.Number("port") == port.Number("port"))?["nodePort"] is { } number)
                port["nodePort"] = number.DeepClone();
        AddFamilies(spec);
        AllocatePorts(spec);
    }

    private static void AddFamilies(JsonObject spec)
    {
        spec.Default("ipFamilies", new JsonArray("IPv4"));
        spec.Default("ipFamilyPolicy", "SingleStack");
    }

    private void AllocatePorts(JsonObject spec)
    {
        if (spec.Text("type") is not ("NodePort" or "LoadBalancer")) return;
        var taken = Specs().SelectMany(one => one.Objects("ports")).Select(port => port.Number("nodePort")).ToHashSet();
        foreach (var port in spec.Objects("ports"))
            if (port.Number("nodePort") is null or 0)
                port["nodePort"] = Enumerable.Range(30000, 2768).First(number => taken.Add(number));
    }

    private IEnumerable<JsonObject?> Specs() => store.List(Resources.Services).Items.Select(item => item.Read.Child("spec"));

    private static string Address(int number) => $"10.96.{number / 250}.{number % 250 + 1}";
}
