using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Controllers.Services;

/// <summary>Lists the pods behind every Service that has a selector, in Endpoints and in one EndpointSlice.</summary>
public sealed class EndpointsController(ControllerContext context) : Controller(context)
{
    private readonly ServiceMembership membership = new(context.Store);
    private readonly HashSet<ObjectKey> pending = [];

    public override IReadOnlyList<ResourceType> Watches { get; } = [Resources.Services, Resources.Pods];

    public override void Observe(StoreEvent change)
    {
        foreach (var key in membership.Follow(change))
        {
            // Many pods change together: one list for all of them, a moment later.
            if (pending.Add(key)) EnqueueAfter(key, Context.Tempo.Retry / 4);
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        pending.Remove(key);
        if (membership.Service(key) is not { } service)
        {
            Store.Delete(Resources.Endpoints, key.Namespace, key.Name);
            return;
        }

        var pods = membership.Pods(key);
        Write(Resources.Endpoints, service, service.Name, EndpointsBody.Endpoints(service, pods));
        Write(Resources.EndpointSlices, service, service.Name + "-" + Templates.Hash(service.Uid(), null)[..5], EndpointsBody.Slice(service, pods));
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
