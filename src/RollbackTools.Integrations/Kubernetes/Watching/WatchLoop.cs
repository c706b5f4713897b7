using System.Runtime.CompilerServices;
using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes.Watching;

/// <summary>Strings watch connections together into one unbroken sequence of changes.</summary>
internal sealed class WatchLoop<T>(KubernetesTransport transport, Resource<T> resource, string? ns, ListFilter filter)
    where T : class, IKubernetesObject
{
    private readonly ApiTarget _target = Targets.Selection(resource, ns, filter);
    private readonly WatchRecovery _recovery = new(transport.Options);

    /// <summary>The version to go on from; null means: list first.</summary>
    private string? _version;
    private WatchConnection<T>? _connection;

    public async IAsyncEnumerable<WatchEvent<T>> RunAsync(string? resourceVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        _version = string.IsNullOrEmpty(resourceVersion) ? null : resourceVersion;
        if (_version is not null) _recovery.Reached();
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_version is null)
                {
                    if (await ListAsync(cancellation).ConfigureAwait(false) is { } list)
                        yield return new WatchEvent<T>(WatchEventType.Snapshot, null, list.Items, list.Metadata.ResourceVersion ?? "");
                }
                else if (_connection is null)
                {
                    await ConnectAsync(_version, cancellation).ConfigureAwait(false);
                }
                else if (await NextAsync(_connection, cancellation).ConfigureAwait(false) is { } change)
                {
                    yield return change;
                }
            }
        }
        finally
        {
            Disconnect();
        }
    }

    private async Task<ResourceList<T>?> ListAsync(CancellationToken cancellation)
    {
        try
        {
            var list = await ObjectLister.ListAsync(transport, resource, ns, filter, cancellation).ConfigureAwait(false);
            // A server that names no version still has one: "0" watches from whatever it remembers, instead of listing for ever.
            _version = string.IsNullOrEmpty(list.Metadata.ResourceVersion) ? "0" : list.Metadata.ResourceVersion;
            _recovery.Reached();
            return list;
        }
        catch (EstateException error)
        {
            await _recovery.AfterAsync(error, cancellation).ConfigureAwait(false);
            return null;
        }
    }

    private async Task ConnectAsync(string version, CancellationToken cancellation)
    {
        var duration = transport.Options.WatchDuration * (1 + transport.Options.Random() / 2);
        var request = Request(version, duration);
        try
        {
            _connection = await WatchConnection<T>.OpenAsync(transport, request, resource, duration, cancellation).ConfigureAwait(false);
        }
        catch (EstateException error) when (error.Kind == EstateErrorKind.Expired)
        {
            await ListAgainAsync(cancellation).ConfigureAwait(false);
        }
        catch (EstateException error)
        {
            await _recovery.AfterAsync(error, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<WatchEvent<T>?> NextAsync(WatchConnection<T> connection, CancellationToken cancellation)
    {
        WatchFrame<T>? frame;
        try
        {
            frame = await connection.NextAsync(cancellation).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            Disconnect();
            await _recovery.AfterAsync(transport.Explain(Request(_version!, TimeSpan.Zero), error), cancellation).ConfigureAwait(false);
            return null;
        }

        if (frame is not { } received) await EndedAsync(connection, cancellation).ConfigureAwait(false);
        else if (received.Error is { } status) await FailedAsync(status, cancellation).ConfigureAwait(false);
        else return Received(received);
        return null;
    }

    private WatchEvent<T>? Received(WatchFrame<T> frame)
    {
        _recovery.Worked();
        if (!string.IsNullOrEmpty(frame.ResourceVersion)) _version = frame.ResourceVersion;
        return frame.Object is null ? null : new WatchEvent<T>(frame.Type, frame.Object, [], _version ?? "");
    }

    private Task EndedAsync(WatchConnection<T> connection, CancellationToken cancellation)
    {
        Disconnect();
        if (!connection.WasOfUse) return _recovery.AfterNothingAsync(cancellation);
        _recovery.Worked();
        return Task.CompletedTask;
    }

    private async Task FailedAsync(ApiStatus status, CancellationToken cancellation)
    {
        Disconnect();
        var error = transport.Explain(Request(_version!, TimeSpan.Zero), status);
        if (error.Kind == EstateErrorKind.Expired) await ListAgainAsync(cancellation).ConfigureAwait(false);
        else await _recovery.AfterAsync(error, cancellation).ConfigureAwait(false);
    }

    private Task ListAgainAsync(CancellationToken cancellation)
    {
        _version = null;
        return _recovery.AfterNothingAsync(cancellation);
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private ApiRequest Request(string version, TimeSpan duration) => new(HttpMethod.Get, "watch", _target)
    {
        MayRepeat = true,
        Query = new QueryString().Add("watch", true).Add("allowWatchBookmarks", true).Add("resourceVersion", version)
            .Add("timeoutSeconds", (long)duration.TotalSeconds).Add("labelSelector", filter.LabelSelector).Add("fieldSelector", filter.FieldSelector),
    };
}
