using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Services;

/// <summary>
/// Which pods each Service with a selector selects, kept from the watch so that a large namespace is never scanned.
/// </summary>
internal sealed class ServiceMembership(ObjectStore store)
{
    private readonly Dictionary<ObjectKey, StoredObject> services = [];
    private readonly Dictionary<ObjectKey, Dictionary<string, StoredObject>> members = [];

    public StoredObject? Service(ObjectKey key) => services.GetValueOrDefault(key);

    /// <summary>The pods that may be sent traffic once they are ready: selected, alive, with an address; by name.</summary>
    public List<StoredObject> Pods(ObjectKey key) =>
    [
        .. members[key].Values.Where(pod => pod.Active() && pod.Read.Text("status", "podIP") is not null)
            .OrderBy(pod => pod.Name, StringComparer.Ordinal),
    ];

    /// <summary>Follows one change of a Service or pod; returns the Services it touches.</summary>
    public List<ObjectKey> Follow(StoreEvent change) => change.Object.Type == Resources.Pods ? FollowPod(change) : FollowService(change);

    private List<ObjectKey> FollowService(StoreEvent change)
    {
        var service = change.Object;
        var key = service.Key();
        if (change.Type == StoreEventType.Deleted || service.Read.Object("spec", "selector") is not { Count: > 0 } selector)
        {
            members.Remove(key);
            return services.Remove(key) ? [key] : [];
        }

        var same = services.TryGetValue(key, out var former) && JsonNode.DeepEquals(former.Read.At("spec"), service.Read.At("spec"));
        services[key] = service;
        if (same) return [];
        members[key] = store.List(Resources.Pods, key.Namespace).Items
            .Where(pod => LabelSelector.MatchesMap(selector, pod.Labels)).ToDictionary(pod => pod.Name);
        return [key];
    }

    private List<ObjectKey> FollowPod(StoreEvent change)
    {
        var pod = change.Object;
        List<ObjectKey> touched = [];
        foreach (var (key, service) in services)
        {
            if (key.Namespace != pod.Namespace) continue;
            var belongs = change.Type != StoreEventType.Deleted && LabelSelector.MatchesMap(service.Read.Object("spec", "selector"), pod.Labels);
            if (belongs) members[key][pod.Name] = pod;
            else if (!members[key].Remove(pod.Name)) continue;
            touched.Add(key);
        }

        return touched;
    }
}
