using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RollbackTools.Tests.Integrations.Support;

/// <summary>A loopback HTTPS server that answers as a test tells it, and records what it was asked.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly ConcurrentQueue<RequestDelegate> _scripted = new();
    private RequestDelegate _otherwise = Answers.NotFound;

    private ApiServer(X509Certificate2? certificate, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (certificate is null) return;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (_, _, _) => true,
            });
        }));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public static async Task<ApiServer> StartAsync(X509Certificate2? certificate, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        var server = new ApiServer(certificate, protocols);
        await server._application.StartAsync();
        return server;
    }

    /// <summary>What the next requests get, one each; after them <see cref="Otherwise"/>.</summary>
    public ApiServer Then(params RequestDelegate[] answers)
    {
        foreach (var answer in answers) _scripted.Enqueue(answer);
        return this;
    }

    public ApiServer Otherwise(RequestDelegate answer)
    {
        _otherwise = answer;
        return this;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        _requests.Enqueue(new RecordedRequest(
            context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.Value ?? "", context.Request.Protocol,
            context.Connection.Id, body, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            context.Connection.ClientCertificate?.GetNameInfo(X509NameType.SimpleName, false)));
        await (_scripted.TryDequeue(out var answer) ? answer : _otherwise)(context);
    }
}
