using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Services;

/// <summary>
/// Lists the pods behind every Service that has a selector, in Endpoints and in one EndpointSlice. Membership is kept from the
/// watch, so a large namespace is never scanned.
/// </summary>
public sealed class EndpointsController(ControllerContext context) : Controller(context)
{
    private readonly Dictionary<ObjectKey, StoredObject> services = [];
    private readonly Dictionary<ObjectKey, Dictionary<string, StoredObject>> members = [];
    private readonly HashSet<ObjectKey> pending = [];

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.Services, Resources.Pods];

    public override void Observe(StoreEvent change)
    {
        if (change.Object.Type == Resources.Pods) ObservePod(change);
        else ObserveService(change);
    }

    protected override void Reconcile(ObjectKey key)
    {
        pending.Remove(key);
        if (!services.TryGetValue(key, out var service)) return;
        var pods = members[key].Values.Where(pod => pod.Active() && pod.Read.Text("status", "podIP") is not null)
            .OrderBy(pod => pod.Name, StringComparer.Ordinal).ToList();
        Write(Resources.Endpoints, service, service.Name, EndpointsBody.Endpoints(service, pods));
        Write(Resources.EndpointSlices, service, service.Name + "-" + Templates.Hash(service.Uid(), null)[..5], EndpointsBody.Slice(service, pods));
    }

    private void ObserveService(StoreEvent change)
    {
        var service = change.Object;
        var key = service.Key();
        if (change.Type == StoreEventType.Deleted)
        {
            services.Remove(key);
            members.Remove(key);
            Store.Delete(Resources.Endpoints, key.Namespace, key.Name);
            return;
        }

        if (service.Read.Object("spec", "selector") is not { Count: > 0 } selector) return;
        var known = services.TryGetValue(key, out var former) && JsonNode.DeepEquals(former.Read.At("spec"), service.Read.At("spec"));
        services[key] = service;
        if (known) return;
        members[key] = Store.List(Resources.Pods, key.Namespace).Items
            .Where(pod => LabelSelector.MatchesMap(selector, pod.Labels)).ToDictionary(pod => pod.Name);
        Enqueue(key);
    }

    private void ObservePod(StoreEvent change)
    {
        var pod = change.Object;
        foreach (var (key, service) in services)
        {
            if (key.Namespace != pod.Namespace) continue;
            var belongs = change.Type != StoreEventType.Deleted && LabelSelector.MatchesMap(service.Read.Object("spec", "selector"), pod.Labels);
            if (belongs) members[key][pod.Name] = pod;
            else if (!members[key].Remove(pod.Name)) continue;

            // Many pods change together: one list for all of them, a moment later.
            if (pending.Add(key)) EnqueueAfter(key, Context.Tempo.Retry / 4);
        }
    }

    private void Write(ResourceType type, StoredObject service, string name, JsonObject body)
    {
        if (Store.Find(type, service.Namespace, name) is null)
        {
            body["metadata"]!["name"] = name;
            Store.Create(type, body);
            return;
        }

        Store.Update(type, service.Namespace, name, current =>
        {
            foreach (var part in (string[])["subsets", "endpoints", "ports"])
            {
                current.Remove(part);
                if (body[part] is { } value) current[part] = value.DeepClone();
            }

            return true;
        });
    }
}
