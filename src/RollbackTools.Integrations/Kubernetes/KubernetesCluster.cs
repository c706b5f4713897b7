using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Integrations.Kubernetes.Watching;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes;

/// <summary>A real Kubernetes API over one connection pool.</summary>
internal sealed class KubernetesCluster : ICluster, IDisposable
{
    private readonly ClusterConnection _connection;
    private readonly KubernetesTransport _transport;
    private readonly KindFinder _kinds;

    public KubernetesCluster(ClusterConnection connection, TransportOptions options)
    {
        _connection = connection;
        _transport = new KubernetesTransport(connection, options);
        _kinds = new KindFinder(_transport);
    }

    public ClusterInfo Info => _connection.Info;

    /// <summary>For what is read and written past the objects' JSON, such as Helm's records.</summary>
    public KubernetesTransport Transport => _transport;

    public void Dispose() => _transport.Dispose();

    public Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation)
        where T : class, IKubernetesObject =>
        ObjectAsync(resource, new ApiRequest(HttpMethod.Get, "get", Target(resource, ns, name)) { MayRepeat = true, Accept = Accepted.One(resource) }, cancellation);

    public Task<ResourceList<T>> ListAsync<T>(Resource<T> resource, string? ns, ListFilter filter, CancellationToken cancellation)
        where T : class, IKubernetesObject =>
        ObjectLister.ListAsync(_transport, resource, ns, filter, cancellation);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        Resource<T> resource, string? ns, ListFilter filter, string? resourceVersion, CancellationToken cancellation)
        where T : class, IKubernetesObject =>
        new WatchLoop<T>(_transport, resource, ns, filter).RunAsync(resourceVersion, cancellation);

    public Task<T> CreateAsync<T>(Resource<T> resource, string? ns, T body, WriteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject
    {
        var request = new ApiRequest(HttpMethod.Post, "create", Targets.Collection(resource, ns, Info.DefaultNamespace))
        {
            Query = Query(options),
            Body = WireBodies.Object(resource, body),
            ContentType = WireBodies.Json,
            MayRepeat = options.Conditional || options.DryRun,
        };
        return ObjectAsync(resource, request, cancellation);
    }

    public Task<T> PatchAsync<T>(Resource<T> resource, string? ns, string name, Patch patch, WriteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject
    {
        var request = new ApiRequest(HttpMethod.Patch, "patch", Target(resource, ns, name) with { Subresource = options.Subresource })
        {
            Query = Query(options).Add("force", options.ForceApply && patch.Type == PatchType.Apply),
            Body = patch.Body,
            ContentType = ContentType(patch.Type),
            MayRepeat = options.Conditional || options.DryRun,
        };
        return ObjectAsync(resource, request, cancellation);
    }

    public Task DeleteAsync<T>(Resource<T> resource, string? ns, string name, DeleteOptions options, CancellationToken cancellation)
        where T : class, IKubernetesObject
    {
        var request = new ApiRequest(HttpMethod.Delete, "delete", Target(resource, ns, name))
        {
            Body = WireBodies.Delete(options),
            ContentType = WireBodies.Json,
            MayRepeat = options.DryRun || options.IfUid is not null,
        };
        return _transport.SendAsync(request, DrainAsync, cancellation);
    }

    public IAsyncEnumerable<string> ReadLogAsync(string ns, string pod, LogOptions options, CancellationToken cancellation) =>
        LogReader.ReadAsync(_transport, ns, pod, options, cancellation);

    public Task<ServedKind?> FindKindAsync(string apiVersion, string kind, CancellationToken cancellation) => _kinds.FindAsync(apiVersion, kind, cancellation);

    public Task<AccessDecision> CanIAsync(AccessQuery query, CancellationToken cancellation)
    {
        var target = new ApiTarget("authorization.k8s.io", "v1", "selfsubjectaccessreviews", null);
        // A question in the shape of a write: nothing is stored, so it may be asked again.
        var request = new ApiRequest(HttpMethod.Post, "create", target)
        {
            Body = WireBodies.AccessReview(query),
            ContentType = WireBodies.Json,
            MayRepeat = true,
        };
        return _transport.SendAsync(request, WireBodies.ReadDecisionAsync, cancellation);
    }

    private ApiTarget Target<T>(Resource<T> resource, string? ns, string name) where T : class =>
        Targets.Object(resource, ns, name, Info.DefaultNamespace);

    private async Task<T> ObjectAsync<T>(Resource<T> resource, ApiRequest request, CancellationToken cancellation) where T : class
    {
        var found = await _transport.SendAsync(request, (body, token) => JsonSerializer.DeserializeAsync(body, resource.Json, token), cancellation)
            .ConfigureAwait(false);
        return found ?? throw _transport.Explain(request, new JsonException());
    }

    private static QueryString Query(WriteOptions options) =>
        new QueryString().Add("fieldManager", options.FieldManager).Add("dryRun", options.DryRun ? "All" : null);

    private static string ContentType(PatchType type) => type switch
    {
        PatchType.Json => "application/json-patch+json",
        PatchType.Merge => "application/merge-patch+json",
        PatchType.Strategic => "application/strategic-merge-patch+json",
        PatchType.Apply => "application/apply-patch+yaml",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private static async ValueTask<bool> DrainAsync(Stream body, CancellationToken cancellation)
    {
        await body.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
        return true;
    }
}
