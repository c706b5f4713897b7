using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Polly;
using Polly.Retry;
using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Integrations.ArgoCd;

/// <summary>Sends requests to Argo CD's API server: the token, one new look for it on 401, reads again where that helps.</summary>
internal sealed class ArgoTransport : IDisposable
{
    private const int MaximumBody = 64 * 1024 * 1024;

    private readonly ArgoCdOptions _options;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ArgoTokens _tokens;
    private readonly ArgoRefusal _refusal;
    private readonly Lazy<HttpMessageInvoker> _client;
    private readonly ResiliencePipeline _retries;
    private ArgoToken? _token;

    public ArgoTransport(ArgoCdOptions options, TimeSpan timeout, HostEnvironment host)
    {
        _options = options;
        _timeout = timeout;
        _time = host.Time;
        _tokens = new ArgoTokens(options, host);
        _refusal = new ArgoRefusal(options, _tokens);
        _client = new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(Handler(options, host)));
        _retries = new ResiliencePipelineBuilder { TimeProvider = host.Time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 3,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            UseJitter = true,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result is ArgoAnswer { Failure.Kind: EstateErrorKind.Unreachable or EstateErrorKind.Overloaded or EstateErrorKind.Server }),
        }).Build();
    }

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    /// <summary>The answer's JSON. Throws <see cref="EstateException"/>.</summary>
    public async Task<JsonElement> SendAsync(ArgoRequest request, CancellationToken cancellation)
    {
        var answer = request.MayRepeat
            ? await _retries.ExecuteAsync(async token => await AttemptAsync(request, token).ConfigureAwait(false), cancellation).ConfigureAwait(false)
            : await AttemptAsync(request, cancellation).ConfigureAwait(false);
        return answer.Failure is null ? answer.Json : throw answer.Failure;
    }

    /// <summary>A stream that goes on; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> OpenAsync(ArgoRequest request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var message = Message(request, Token());
            var response = await _client.Value.SendAsync(message, either.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode && !IsPage(response)) return response;
            using (response) throw await RefusedAsync(request, response, Token(), either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Failed(request, error);
        }
    }

    private async Task<ArgoAnswer> AttemptAsync(ArgoRequest request, CancellationToken cancellation)
    {
        var token = Token();
        var answer = await SendOnceAsync(request, token, cancellation).ConfigureAwait(false);
        if (answer.Failure is not { Kind: EstateErrorKind.Unauthenticated }) return answer;
        var again = _tokens.Find();
        if (again.Equals(token)) return answer;
        _token = again;
        return await SendOnceAsync(request, again, cancellation).ConfigureAwait(false);
    }

    private async Task<ArgoAnswer> SendOnceAsync(ArgoRequest request, ArgoToken token, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var message = Message(request, token);
            using var response = await _client.Value.SendAsync(message, either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || IsPage(response))
                return new ArgoAnswer { Failure = await RefusedAsync(request, response, token, either.Token).ConfigureAwait(false) };
            var bytes = await ReadAsync(response, either.Token).ConfigureAwait(false);
            using var document = JsonDocument.Parse(bytes);
            return new ArgoAnswer { Json = document.RootElement.Clone() };
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new ArgoAnswer { Failure = Failed(request, error) };
        }
    }

    private ArgoToken Token() => _token ??= _tokens.Find();

    private HttpRequestMessage Message(ArgoRequest request, ArgoToken token)
    {
        HttpRequestMessage message = new(request.Method, new Uri(_options.Server, request.Path + request.Query));
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
        message.Headers.TryAddWithoutValidation("User-Agent", ProductVersion.UserAgent);
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        // Argo CD compares the whole header, so a charset is refused with 415, and so is a DELETE without it.
        if (request.Method != HttpMethod.Get)
            message.Content = new ReadOnlyMemoryContent(request.Body ?? []) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return message;
    }

    private async Task<EstateException> RefusedAsync(ArgoRequest request, HttpResponseMessage response, ArgoToken token, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode || (int)response.StatusCode is >= 300 and < 400)
        {
            return new EstateException(EstateErrorKind.Server,
                $"{_options.Server.Authority} answered {request} with a web page or redirect: it is not an Argo CD API, or something in front of it asks to sign in.")
            {
                Status = (int)response.StatusCode,
            };
        }

        return _refusal.Explain(request, response.StatusCode, await ReadAsync(response, cancellation).ConfigureAwait(false), token);
    }

    private static bool IsPage(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is "text/html";

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using MemoryStream copy = new();
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[81920];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            await copy.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            if (copy.Length > MaximumBody) throw new IOException("the answer is too long");
        }

        return copy.ToArray();
    }

    private EstateException Failed(ArgoRequest request, Exception error)
    {
        var server = _options.Server.Authority;
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException)
            {
                return new EstateException(EstateErrorKind.Untrusted, $"Argo CD at {server} is not trusted: {inner.Message}")
                {
                    Recommendation = "Name the authority that issued its certificate: -ArgoCaFile, or argocd: caFile: in rollback.yaml.",
                };
            }
        }

        return error switch
        {
            JsonException => new EstateException(EstateErrorKind.Server, $"The answer of {server} to {request} could not be read as JSON."),
            OperationCanceledException => new EstateException(EstateErrorKind.Unreachable, $"{server} did not answer {request} within {_timeout.TotalSeconds:0} s."),
            _ => new EstateException(EstateErrorKind.Unreachable, $"Argo CD at {server} cannot be reached: {error.Message}"),
        };
    }

    private static SocketsHttpHandler Handler(ArgoCdOptions options, HostEnvironment host)
    {
        var proxy = EnvironmentProxy.From(host);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            SslOptions = Tls(options, host),
        };
    }

    private static SslClientAuthenticationOptions Tls(ArgoCdOptions options, HostEnvironment host)
    {
        if (options.CaFile is not { } file) return new SslClientAuthenticationOptions();
        var path = host.ExpandHome(file);
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPem(TextFile.Read(path, "Argo CD CA file"));
        }
        catch (CryptographicException damaged)
        {
            throw Configuration.Error($"The Argo CD CA file {path} holds a certificate that cannot be read.", inner: damaged);
        }

        if (authorities.Count == 0) throw Configuration.Error($"The Argo CD CA file {path} holds no PEM certificate.");
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }

    private sealed class ArgoAnswer
    {
        public JsonElement Json { get; init; }

        public EstateException? Failure { get; init; }
    }
}
