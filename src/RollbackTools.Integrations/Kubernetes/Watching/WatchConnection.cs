using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes.Watching;

/// <summary>
/// One watch request, until the server ends it. The server is asked to end it after a while, and it is dropped a little
/// later should it not: a connection something on the way forgot is never waited on for ever.
/// </summary>
internal sealed class WatchConnection<T> : IDisposable
    where T : class, IKubernetesObject
{
    // An object is at most 1.5 MB in etcd; JSON and managed fields make it larger, never this large.
    private const int MaximumLine = 32 * 1024 * 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _deadline;
    private readonly LineReader _lines;
    private readonly Resource<T> _resource;
    private readonly TimeProvider _time;
    private readonly long _openedAt;
    private bool _heard;

    private WatchConnection(HttpResponseMessage response, Stream body, TimeSpan lifetime, Resource<T> resource, TimeProvider time)
    {
        _response = response;
        _deadline = new CancellationTokenSource(lifetime, time);
        _resource = resource;
        _time = time;
        _openedAt = time.GetTimestamp();
        _lines = new LineReader(body, MaximumLine);
    }

    /// <summary>Something arrived, or it lasted long enough not to be a server that hangs up at once.</summary>
    public bool WasOfUse => _heard || _time.GetElapsedTime(_openedAt) > TimeSpan.FromSeconds(5);

    public static async Task<WatchConnection<T>> OpenAsync(
        KubernetesTransport transport, ApiRequest request, Resource<T> resource, TimeSpan duration, CancellationToken cancellation)
    {
        var response = await transport.OpenAsync(request, cancellation).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        return new WatchConnection<T>(response, body, duration + Grace, resource, transport.Options.Time);
    }

    /// <summary>The next frame, or null at the end of the connection, expected or cut. Throws <see cref="JsonException"/>.</summary>
    public async ValueTask<WatchFrame<T>?> NextAsync(CancellationToken cancellation)
    {
        while (await ReadAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (line.IsCut) throw new JsonException();
            // A last line without its end was cut; it comes again after the last version seen.
            if (line.IsPartial) return null;
            if (line.Bytes.IsEmpty) continue;
            _heard = true;
            return WatchFrame<T>.Read(line.Bytes.Span, _resource.Json);
        }

        return null;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
        _deadline.Dispose();
    }

    private async ValueTask<StreamLine?> ReadAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _deadline.Token);
        try
        {
            return await _lines.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException or InvalidDataException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }
}
