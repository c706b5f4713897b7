using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Pki;

namespace RollbackTools.Tests.EndToEnd.Support.Real;

/// <summary>
/// The wires between whoever has its kubeconfig and a real API server. It passes everything on as it came, but for the faults in force and
/// the ages of objects; and it counts.
/// </summary>
internal sealed class ApiProxy : IAsyncDisposable
{
    private static readonly string[] Ours = ["Host", "Connection", "Transfer-Encoding", "TE", "Content-Length", "Authorization"];

    private readonly RealServer server;
    private readonly CertificateAuthority authority = new("e2e-ca", TimeProvider.System);
    private readonly string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly WebApplication application;

    private ApiProxy(RealServer server)
    {
        this.server = server;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(authority.IssueServer());
            });
        });
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        application = builder.Build();
        application.Run(HandleAsync);
    }

    public FaultPlan Faults { get; } = new();

    public RequestLog Requests { get; } = new();

    public Ages Ages { get; } = new();

    /// <summary>What the API server asks before it stores something; it reaches them at the proxy's own address.</summary>
    public Webhooks Webhooks { get; } = new();

    public Uri Url { get; private set; } = null!;

    /// <summary>The authority of the proxy's certificate, PEM.</summary>
    public string CaPem => authority.Pem;

    public static async Task<ApiProxy> StartAsync(RealServer server)
    {
        ApiProxy proxy = new(server);
        await proxy.application.StartAsync(CancellationToken.None);
        var features = proxy.application.Services.GetRequiredService<IServer>().Features;
        proxy.Url = new Uri(features.Get<IServerAddressesFeature>()!.Addresses.First());
        return proxy;
    }

    /// <summary>Administrator of the real server, by a token that only this proxy knows.</summary>
    public string Kubeconfig() => $"""
        apiVersion: v1
        kind: Config
        current-context: real
        clusters:
        - name: real
          cluster:
            server: {Url.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(CaPem))}
        users:
        - name: real-admin
          user:
            token: {token}
        contexts:
        - name: real
          context:
            cluster: real
            user: real-admin
            namespace: default

        """;

    public async ValueTask DisposeAsync()
    {
        // Open watches would hold a graceful stop for as long as they last.
        using CancellationTokenSource now = new(TimeSpan.FromMilliseconds(100));
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
        authority.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        try
        {
            if (await Webhooks.AnswerAsync(http)) return;
            await PassOnAsync(http);
        }
        catch (Exception error) when (http.RequestAborted.IsCancellationRequested
            && error is OperationCanceledException or IOException or HttpRequestException)
        {
            // Whoever asked has gone.
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            FaultStep.Drop(http);
        }
    }

    private async Task PassOnAsync(HttpContext http)
    {
        var watch = ((string?)http.Request.Query["watch"]) is "true" or "1";
        var info = RequestInfo.Parse(http.Request.Method, http.Request.Path, watch, null);
        var target = FaultTarget.Of(info, http.Request);
        Requests.Count(target.Verb, target.Resource);
        var struck = Faults.Strike(target);
        if (Of(FaultKind.Latency) is { } late) await Task.Delay(late.DelayMilliseconds, http.RequestAborted);
        if (Of(FaultKind.Hang) is not null) await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        if (Of(FaultKind.Reset) is not null)
        {
            FaultStep.Drop(http);
            return;
        }

        if (FaultStep.Refusal(info, struck) is { } refusal)
        {
            http.Response.StatusCode = refusal.Code;
            http.Response.ContentType = "application/json";
            if (refusal.RetryAfterSeconds is { } seconds) http.Response.Headers.RetryAfter = $"{seconds}";
            await http.Response.Body.WriteAsync(refusal.ToJson(), http.RequestAborted);
            return;
        }

        using var request = await RequestAsync(http);
        using var response = await server.ForwardAsync(request, AsOurselves(http), http.RequestAborted);
        if (Of(FaultKind.ResetAfter) is not null)
        {
            await response.Content.ReadAsByteArrayAsync(http.RequestAborted);
            FaultStep.Drop(http);
            return;
        }

        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            if (!Ours.Contains(name, StringComparer.OrdinalIgnoreCase)) http.Response.Headers[name] = values.ToArray();
        var body = http.Response.Body;
        var (slow, cut) = (Of(FaultKind.SlowBody), Of(FaultKind.TruncatedBody));
        if (slow is not null || cut is not null)
            body = new FaultyBody(body, http, TimeSpan.FromMilliseconds(slow?.DelayMilliseconds ?? 0), cut?.Bytes, TimeProvider.System);
        if (info.Verb == "watch" && response.IsSuccessStatusCode)
            await WatchAsync(response, body, Of(FaultKind.WatchCut), Of(FaultKind.WatchExpired), http.RequestAborted);
        else
            await AnswerAsync(response, body, http.RequestAborted);

        FaultRule? Of(FaultKind kind) => struck.FirstOrDefault(rule => rule.Kind == kind);
    }

    private bool AsOurselves(HttpContext http) => http.Request.Headers.Authorization == $"Bearer {token}";

    private async Task<HttpRequestMessage> RequestAsync(HttpContext http)
    {
        Uri target = new(server.Url, http.Features.Get<IHttpRequestFeature>()!.RawTarget);
        HttpRequestMessage request = new(new HttpMethod(http.Request.Method), target);
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            using MemoryStream body = new();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            request.Content = new ByteArrayContent(body.ToArray());
        }

        foreach (var (name, values) in http.Request.Headers)
        {
            var hop = Ours.Contains(name, StringComparer.OrdinalIgnoreCase) && (name != "Authorization" || AsOurselves(http));
            // Times are read in plain bytes.
            if (hop || name.StartsWith(':') || (Ages.Any && name == "Accept-Encoding")) continue;
            IEnumerable<string?> all = values;
            if (!request.Headers.TryAddWithoutValidation(name, all)) request.Content?.Headers.TryAddWithoutValidation(name, all);
        }

        return request;
    }

    private async Task AnswerAsync(HttpResponseMessage response, Stream body, CancellationToken cancellation)
    {
        var headers = response.Content.Headers;
        if (Ages.Any && headers.ContentEncoding.Count == 0 && headers.ContentType?.MediaType == "application/json")
        {
            var json = await response.Content.ReadAsByteArrayAsync(cancellation);
            Ages.Apply(json);
            await body.WriteAsync(json, cancellation);
            return;
        }

        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[16 * 1024];
        while (await content.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            await body.WriteAsync(buffer.AsMemory(0, read), cancellation);
            await body.FlushAsync(cancellation);
        }
    }

    private async Task WatchAsync(
        HttpResponseMessage response, Stream body, FaultRule? cut, FaultRule? expire, CancellationToken cancellation)
    {
        await body.FlushAsync(cancellation);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellation));
        for (var events = 0; ; events++)
        {
            if (expire is not null && events >= expire.Events)
            {
                ApiStatus expired = new(410, "Expired", "The resourceVersion for the provided watch is too old.");
                await body.WriteAsync(Encoding.UTF8.GetBytes($$"""{"type":"ERROR","object":{{Encoding.UTF8.GetString(expired.ToJson())}}}"""), cancellation);
                return;
            }

            if ((cut is not null && events >= cut.Events) || await lines.ReadLineAsync(cancellation) is not { } line) return;
            var json = Encoding.UTF8.GetBytes(line + "\n");
            Ages.Apply(json);
            await body.WriteAsync(json, cancellation);
            await body.FlushAsync(cancellation);
        }
    }
}
