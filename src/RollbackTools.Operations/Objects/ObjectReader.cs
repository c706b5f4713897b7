using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Objects;

/// <summary>Reads objects of many kinds in few requests: a LIST where there are several of a kind, a GET for what is left.</summary>
internal sealed class ObjectReader(ICluster cluster)
{
    /// <summary>Requests on their way at once.</summary>
    public const int Parallelism = 8;

    private const int WorthAList = 4;

    /// <summary>Those that are there. A list is limited to <paramref name="selector"/>; what it leaves out is asked for by name.</summary>
    public async Task<IReadOnlyDictionary<ObjectAddress, CustomResource>> ReadAsync(
        IReadOnlyCollection<ObjectAddress> addresses, string selector, CancellationToken cancellation)
    {
        ConcurrentDictionary<ObjectAddress, CustomResource> found = new();
        ParallelOptions bounded = new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(addresses.Distinct().GroupBy(address => (address.Resource, address.Namespace)), bounded, async (group, token) =>
        {
            if (group.Count() < WorthAList) return;
            var listed = (await ListAsync(group.Key.Resource, group.Key.Namespace, selector, token)).ToDictionary(item => item.Metadata.Name);
            foreach (var address in group)
                if (listed.TryGetValue(address.Name, out var item)) found[address] = item;
        });
        await Parallel.ForEachAsync(addresses.Distinct().Where(address => !found.ContainsKey(address)), bounded, async (address, token) =>
        {
            if (await FindAsync(address, token) is { } item) found[address] = item;
        });
        return found;
    }

    public async Task<CustomResource?> FindAsync(ObjectAddress address, CancellationToken cancellation)
    {
        try
        {
            return await cluster.GetAsync(address.Resource, address.Namespace, address.Name, cancellation);
        }
        catch (EstateException absent) when (absent.Kind == EstateErrorKind.NotFound)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<CustomResource>> ListAsync(Resource<CustomResource> resource, string? ns, string selector, CancellationToken cancellation)
    {
        try
        {
            return [.. (await cluster.ListAsync(resource, ns, new ListFilter { LabelSelector = selector }, cancellation)).Items.Select(item => Typed(resource, item))];
        }
        catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.Forbidden or EstateErrorKind.NotFound)
        {
            // Who may not list may still read by name; a kind that is not served yet has no objects.
            return [];
        }
    }

    // The items of a list leave out what the list says for all of them.
    private static CustomResource Typed(Resource<CustomResource> resource, CustomResource item)
    {
        if (item.Json.Text("kind") is not null) return item;
        var typed = JsonObject.Create(item.Json)!;
        typed["apiVersion"] = resource.ApiVersion;
        typed["kind"] = resource.Kind;
        using var document = JsonDocument.Parse(typed.ToJsonString());
        return new CustomResource(document.RootElement.Clone());
    }
}
