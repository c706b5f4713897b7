using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes;

/// <summary>Lists page by page, straight from the wire into objects.</summary>
internal static class ObjectLister
{
    private const int PageSize = 500;

    public static async Task<ResourceList<T>> ListAsync<T>(
        KubernetesTransport transport, Resource<T> resource, string? ns, ListFilter filter, CancellationToken cancellation)
        where T : class
    {
        var target = Targets.Selection(resource, ns, filter);
        var first = await PageAsync(transport, resource, target, filter, PageSize, null, cancellation).ConfigureAwait(false);
        if (string.IsNullOrEmpty(first.Metadata.Continue)) return first;

        var items = new List<T>(first.Items.Count + (int)Math.Min(first.Metadata.RemainingItemCount ?? PageSize, 100_000));
        items.AddRange(first.Items);
        var page = first;
        try
        {
            while (!string.IsNullOrEmpty(page.Metadata.Continue))
            {
                page = await PageAsync(transport, resource, target, filter, PageSize, page.Metadata.Continue, cancellation).ConfigureAwait(false);
                items.AddRange(page.Items);
            }
        }
        catch (EstateException error) when (error.Kind == EstateErrorKind.Expired)
        {
            // The pages' snapshot was compacted away under us. One whole answer cannot be (client-go's pager does the same).
            return await PageAsync(transport, resource, target, filter, null, null, cancellation).ConfigureAwait(false);
        }

        return new ResourceList<T> { Metadata = new ListMeta { ResourceVersion = page.Metadata.ResourceVersion }, Items = items };
    }

    private static async Task<ResourceList<T>> PageAsync<T>(
        KubernetesTransport transport, Resource<T> resource, ApiTarget target, ListFilter filter, int? limit, string? position,
        CancellationToken cancellation)
        where T : class
    {
        var request = new ApiRequest(HttpMethod.Get, "list", target)
        {
            MayRepeat = true,
            Accept = Accepted.Many(resource),
            Query = new QueryString().Add("labelSelector", filter.LabelSelector).Add("fieldSelector", filter.FieldSelector)
                .Add("limit", limit).Add("continue", position),
        };
        var list = await transport.SendAsync(request, (body, token) => JsonSerializer.DeserializeAsync(body, resource.ListJson, token), cancellation)
            .ConfigureAwait(false);
        if (list is null) throw transport.Explain(request, new JsonException());
        // Some servers write an empty list, or no metadata, as null.
        return list with { Items = list.Items ?? [], Metadata = list.Metadata ?? new ListMeta() };
    }
}
