using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Health;

/// <summary>Asks a health endpoint the way a user of the service would: TLS verified, nothing followed, nothing remembered.</summary>
internal sealed class HttpProbe : IHttpProbe, IDisposable
{
    private const int MaximumBody = 1024 * 1024;

    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _time;

    public HttpProbe(HostEnvironment host)
    {
        _time = host.Time;
        var proxy = EnvironmentProxy.From(host);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = System.Net.DecompressionMethods.All,
            // A check is to see what a new caller sees, also after a DNS or load balancer change.
            PooledConnectionLifetime = TimeSpan.FromSeconds(30),
            SslOptions = new SslClientAuthenticationOptions(),
        });
    }

    public void Dispose() => _client.Dispose();

    public async Task<ProbeAnswer> GetAsync(Uri url, TimeSpan timeout, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(url);
        var startedAt = _time.GetTimestamp();
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
            return new ProbeAnswer(null, "", "it is not an http or https URL", TimeSpan.Zero);

        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        int? status = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("User-Agent", ProductVersion.UserAgent);
            request.Headers.TryAddWithoutValidation("Accept", "application/json, */*");
            using var response = await _client.SendAsync(request, either.Token).ConfigureAwait(false);
            status = (int)response.StatusCode;
            var (body, error) = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return new ProbeAnswer(status, body, error, _time.GetElapsedTime(startedAt));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or InvalidDataException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new ProbeAnswer(status, "", Explain(error, url, timeout), _time.GetElapsedTime(startedAt));
        }
    }

    private static async Task<(string Body, string? Error)> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[8192];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            body.Write(buffer.AsSpan(0, read));
            if (body.Length > MaximumBody) return ("", $"its answer is larger than {MaximumBody / 1024} KB");
        }

        // With its byte order mark taken off, when it has one: no JSON begins with it.
        body.Position = 0;
        using var text = new StreamReader(body, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return (await text.ReadToEndAsync(cancellation).ConfigureAwait(false), null);
    }

    private static string Explain(Exception error, Uri url, TimeSpan timeout)
    {
        if (error is OperationCanceledException) return $"no answer within {timeout.TotalSeconds:0.#} s";
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AuthenticationException:
                    return $"its certificate is not trusted: {inner.Message}";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"nothing listens at {url.IdnHost}:{url.Port} (connection refused)";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"the name {url.IdnHost} cannot be resolved";
                case SocketException socket:
                    return $"the network said {socket.SocketErrorCode}";
            }
        }

        return "the connection was cut before the answer was complete";
    }
}
