using System.Net;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>
/// The connection pool. There is one, until a plugin hands out another client certificate: a connection proves one identity
/// for its whole life, so the next certificate gets a pool of its own.
/// </summary>
internal sealed class Connections(ClusterConnection connection, TransportOptions options) : IDisposable
{
    private readonly object _gate = new();
    private readonly Dictionary<string, HttpMessageInvoker> _pools = new(StringComparer.Ordinal);
    private bool _disposed;

    public HttpMessageInvoker For(ClientCertificate? certificate)
    {
        var key = certificate?.Identity ?? "";
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_pools.TryGetValue(key, out var pool)) return pool;
            return _pools[key] = new HttpMessageInvoker(CreateHandler(certificate));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var pool in _pools.Values) pool.Dispose();
            _pools.Clear();
        }
    }

    private SocketsHttpHandler CreateHandler(ClientCertificate? certificate) => new()
    {
        SslOptions = ServerCertificate.Options(connection, certificate?.Context),
        UseProxy = connection.Proxy is not null,
        Proxy = connection.Proxy,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        RequestHeaderEncodingSelector = static (name, _) => RepeatedHeaders.EncodingFor(name),
        AutomaticDecompression = connection.DisableCompression ? DecompressionMethods.None : DecompressionMethods.All,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = 1024 * 1024,
        // Shorter than a request's timeout: a connection a firewall forgot is found out before the request gives up, and while
        // idle at the prompt, before the next command would wait on it.
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
    };
}
