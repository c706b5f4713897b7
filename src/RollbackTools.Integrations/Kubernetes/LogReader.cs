using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.Kubernetes;

/// <summary>A container's log, line by line as it arrives. A line of any length costs a bounded amount of memory.</summary>
internal static class LogReader
{
    /// <summary>Bytes of a line that are kept; what follows is cut off and marked.</summary>
    public const int LineLimit = 64 * 1024;

    public static async IAsyncEnumerable<string> ReadAsync(
        KubernetesTransport transport, string ns, string pod, LogOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ApiRequest(HttpMethod.Get, "get", Targets.PodLog(ns, pod))
        {
            MayRepeat = true,
            Query = new QueryString().Add("container", options.Container).Add("previous", options.Previous)
                .Add("tailLines", options.TailLines).Add("limitBytes", options.LimitBytes).Add("timestamps", options.Timestamps)
                .Add("sinceTime", options.Since?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
        };
        using var response = await transport.OpenAsync(request, cancellation).ConfigureAwait(false);
        using var guard = new CancellationTokenSource(transport.Options.RequestTimeout, transport.Options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, guard.Token);
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var lines = new LineReader(new StallGuardStream(stream, guard, transport.Options.RequestTimeout), LineLimit);
        while (await NextAsync(transport, request, lines, either.Token, cancellation).ConfigureAwait(false) is { } line)
        {
            var text = Encoding.UTF8.GetString(line.Bytes.Span).TrimEnd('\r');
            yield return line.IsCut ? text + "…" : text;
        }
    }

    private static async ValueTask<StreamLine?> NextAsync(
        KubernetesTransport transport, ApiRequest request, LineReader lines, CancellationToken either, CancellationToken cancellation)
    {
        try
        {
            return await lines.ReadAsync(either).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException or InvalidDataException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw transport.Explain(request, error);
        }
    }
}
