using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api;
using RollbackTools.Practice.Kubernetes.Pki;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>Argo CD's API server on loopback: TLS by the cluster's authority, the gateway's JSON over HTTP/1.1 and HTTP/2.</summary>
public sealed class ArgoCdServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ArgoPipeline pipeline;

    private ArgoCdServer(WebApplication application, ArgoPipeline pipeline, ArgoAccounts accounts, string caPem)
    {
        (this.application, this.pipeline, Accounts, CaPem) = (application, pipeline, accounts, caPem);
        Url = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary><c>https://127.0.0.1:port</c>.</summary>
    public Uri Url { get; }

    /// <summary>The certificate authority to trust, PEM.</summary>
    public string CaPem { get; }

    /// <summary>Who may log in, with what, and a token for each.</summary>
    public ArgoAccounts Accounts { get; }

    /// <summary>How many requests came, by verb (get, rollback, sync, …) and <c>applications</c>.</summary>
    public RequestLog Requests => pipeline.Requests;

    /// <summary>Throws <see cref="IOException"/> when the port is taken.</summary>
    internal static async Task<ArgoCdServer> StartAsync(
        ArgoCdOptions options, AddOnContext cluster, ApplicationController controller, CertificateAuthority authority, CancellationToken cancellation)
    {
        var (store, catalog, time) = (cluster.Controllers.Store, cluster.Controllers.Catalog, cluster.Controllers.Time);

        // Sessions live by the clock on the wall, whatever the cluster's past is.
        SessionTokens tokens = new(TimeProvider.System);
        ArgoAccounts accounts = new(tokens);
        ArgoGate gate = new(store, options, tokens, accounts);
        ApplicationJson json = new(store, catalog);
        ArgoPipeline pipeline = new(
            options, gate, accounts, new ApplicationReads(store, catalog, options, gate, json, controller, time),
            new ApplicationWrites(store, cluster.Writer, gate, json), new OperationCalls(store, options, gate, json, time),
            new ApplicationStream(store, options, json), TimeProvider.System);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(authority.IssueServer());
            });
        });
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        var application = builder.Build();
        application.Run(pipeline.HandleAsync);
        try
        {
            await application.StartAsync(cancellation);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new ArgoCdServer(application, pipeline, accounts, authority.Pem);
    }

    public async ValueTask DisposeAsync()
    {
        // Open streams would hold a graceful stop for as long as they last.
        using CancellationTokenSource now = new(TimeSpan.FromMilliseconds(100));
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }
}
