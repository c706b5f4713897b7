using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace RollbackTools.Practice.Traffic;

/// <summary>A real HTTP listener on loopback for one Service.</summary>
public sealed class ServiceListener : IAsyncDisposable
{
    private readonly KestrelServer server;

    private ServiceListener(KestrelServer server, Uri url) => (this.server, Url) = (server, url);

    /// <summary><c>http://127.0.0.1:port</c>.</summary>
    public Uri Url { get; }

    public static async Task<ServiceListener> StartAsync(ServiceAnswer answers, CancellationToken cancellation)
    {
        KestrelServerOptions options = new() { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, 0);
        SocketTransportFactory transport = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        KestrelServer server = new(Options.Create(options), transport, NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new Application(answers), cancellation);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return new ServiceListener(server, new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()));
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.FromMilliseconds(100));
        await server.StopAsync(now.Token);
        server.Dispose();
    }

    private sealed class Application(ServiceAnswer answers) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            var answer = answers.To(context.Request.Method, context.Request.Path.Value ?? "/");
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Body.Length;
            if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
