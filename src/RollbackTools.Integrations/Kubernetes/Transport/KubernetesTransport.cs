using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly;
using Polly.Retry;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>Reads a successful answer's body; the stream ends the read when the server falls silent.</summary>
internal delegate ValueTask<T> BodyReader<T>(Stream body, CancellationToken cancellation);

/// <summary>Sends requests: credentials, one refresh on 401, repeats where they are safe, and errors with their cause.</summary>
internal sealed class KubernetesTransport : IDisposable
{
    private readonly ClusterConnection _connection;
    private readonly TransportOptions _options;
    private readonly Connections _connections;
    private readonly ApiRefusal _refusal;
    private readonly ResiliencePipeline _retries;

    public KubernetesTransport(ClusterConnection connection, TransportOptions options)
    {
        _connection = connection;
        _options = options;
        _connections = new Connections(connection, options);
        _refusal = new ApiRefusal(connection, options.Time);
        _retries = BuildRetries(options);
    }

    public ClusterConnection Connection => _connection;

    public TransportOptions Options => _options;

    public void Dispose() => _connections.Dispose();

    /// <summary>Sends and reads the whole answer; a cut answer counts as none.</summary>
    public Task<T> SendAsync<T>(ApiRequest request, BodyReader<T> read, CancellationToken cancellation) =>
        RunAsync(request, async (response, guard, token) =>
        {
            using (response)
            {
                var body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                return await read(new StallGuardStream(body, guard, _options.RequestTimeout), token).ConfigureAwait(false);
            }
        }, cancellation);

    /// <summary>Sends and hands over an answer whose body goes on (watch, log). The caller disposes it.</summary>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellation) =>
        RunAsync(request, (response, _, _) => ValueTask.FromResult(response), cancellation);

    /// <summary>The same explanation for a body that broke off later.</summary>
    public EstateException Explain(ApiRequest request, Exception error) =>
        NetworkFailure.Explain(error, request, _connection, Credential.Anonymous(), _options).Error;

    /// <summary>The same explanation for a Status that came inside a stream.</summary>
    public EstateException Explain(ApiRequest request, ApiStatus status) =>
        _refusal.Explain(request, (HttpStatusCode)(status.Code ?? 500), status, Credential.Anonymous());

    private async Task<T> RunAsync<T>(ApiRequest request, ResponseReader<T> read, CancellationToken cancellation)
    {
        var attempt = await _retries.ExecuteAsync(
            static (call, token) => new ValueTask<Attempt<T>>(call.Self.AttemptAsync(call.Request, call.Read, token)),
            new Call<T>(this, request, read), cancellation).ConfigureAwait(false);
        return attempt.Failure is null ? attempt.Value! : throw attempt.Failure;
    }

    private async Task<Attempt<T>> AttemptAsync<T>(ApiRequest request, ResponseReader<T> read, CancellationToken cancellation)
    {
        var credential = await _connection.Credentials.GetAsync(cancellation).ConfigureAwait(false);
        var attempt = await SendOnceAsync(request, credential, read, cancellation).ConfigureAwait(false);
        if (attempt.Failure is not { Status: 401 }) return attempt;

        var fresh = await _connection.Credentials.RefreshAsync(credential, cancellation).ConfigureAwait(false);
        return fresh is null ? attempt : await SendOnceAsync(request, fresh, read, cancellation).ConfigureAwait(false);
    }

    private async Task<Attempt<T>> SendOnceAsync<T>(
        ApiRequest request, Credential credential, ResponseReader<T> read, CancellationToken cancellation)
    {
        using var guard = new CancellationTokenSource(_options.RequestTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, guard.Token);
        HttpResponseMessage? response = null;
        try
        {
            using var message = Message(request, credential);
            response = await _connections.For(credential.Certificate).SendAsync(message, either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || IsForeign(response))
                return await RefusedAsync<T>(request, credential, response, either.Token).ConfigureAwait(false);

            var value = await read(response, guard, either.Token).ConfigureAwait(false);
            response = null;
            return new Attempt<T> { Value = value };
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or JsonException or InvalidDataException)
        {
            cancellation.ThrowIfCancellationRequested();
            var failure = NetworkFailure.Explain(error, request, _connection, credential, _options);
            return new Attempt<T> { Failure = failure.Error, Repeat = failure.MayPass && (failure.BeforeSending || request.MayRepeat) };
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<Attempt<T>> RefusedAsync<T>(
        ApiRequest request, Credential credential, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode || (int)response.StatusCode is >= 300 and < 400)
            return new Attempt<T> { Failure = Foreign(request, response) };

        var status = await ApiStatus.ReadAsync(response, cancellation).ConfigureAwait(false);
        var after = RetryAfter(response, status);
        var code = (int)response.StatusCode;
        // 429, and 503 with Retry-After, are said before a request is looked at; any other 5xx may come after it was applied.
        var repeat = code == 429 || (code == 503 && after is not null) || (code >= 500 && request.MayRepeat);
        return new Attempt<T> { Failure = _refusal.Explain(request, response.StatusCode, status, credential), Repeat = repeat, After = after };
    }

    private HttpRequestMessage Message(ApiRequest request, Credential credential)
    {
        var message = new HttpRequestMessage(request.Method, request.Address(_connection.Server))
        {
            Version = _connection.Impersonation is { HasRepeatedHeaders: true } ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("User-Agent", ProductVersion.UserAgent);
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.Authorization = credential.Authorization;
        // SocketsHttpHandler takes the name for SNI and for the certificate check from here.
        if (_connection.TlsServerName is not null) message.Headers.Host = _connection.TlsServerName;
        foreach (var (name, values) in _connection.Impersonation?.Headers ?? [])
            message.Headers.TryAddWithoutValidation(name, RepeatedHeaders.Join(values));
        if (request.ContentType is not null)
            message.Content = new ReadOnlyMemoryContent(request.Body) { Headers = { ContentType = new MediaTypeHeaderValue(request.ContentType) } };
        return message;
    }

    // A login page or a portal answers 200 too.
    private static bool IsForeign(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is "text/html";

    private EstateException Foreign(ApiRequest request, HttpResponseMessage response)
    {
        var what = response.IsSuccessStatusCode ? "with a web page" : $"with a redirect to {response.Headers.Location?.Host ?? "elsewhere"}";
        return new EstateException(EstateErrorKind.Server,
            $"{_connection.Info.Server} answered {request} {what}: it is not a Kubernetes API, or something in front of it asks to sign in.")
        {
            Request = request.ToString(),
            Status = (int)response.StatusCode,
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response, ApiStatus status)
    {
        var asked = response.Headers.RetryAfter is { } header ? header.Delta ?? (header.Date - _options.Time.GetUtcNow()) : null;
        if (asked is null && status.RetryAfterSeconds is > 0 and var seconds) asked = TimeSpan.FromSeconds(seconds);
        if (asked is not { } delay) return null;
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay > _options.LongestRetryAfter ? _options.LongestRetryAfter : delay;
    }

    private static ResiliencePipeline BuildRetries(TransportOptions options) =>
        new ResiliencePipelineBuilder { TimeProvider = options.Time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            BackoffType = DelayBackoffType.Exponential,
            Delay = options.RetryDelay,
            UseJitter = true,
            Randomizer = options.Random,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result is Attempt { Repeat: true }),
            DelayGenerator = static arguments => ValueTask.FromResult((arguments.Outcome.Result as Attempt)?.After),
        }).Build();

    private delegate ValueTask<T> ResponseReader<T>(HttpResponseMessage response, CancellationTokenSource guard, CancellationToken cancellation);

    private sealed record Call<T>(KubernetesTransport Self, ApiRequest Request, ResponseReader<T> Read);
}
