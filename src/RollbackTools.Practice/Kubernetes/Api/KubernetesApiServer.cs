using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api.Access;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>
/// A Kubernetes API server on loopback: TLS, HTTP/1.1 and HTTP/2, the wires that kubectl and client libraries speak. It serves
/// what is in the store and runs no controllers.
/// </summary>
public sealed class KubernetesApiServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly CertificateAuthority authority;
    private readonly KubernetesApiOptions options;

    private KubernetesApiServer(
        WebApplication application, CertificateAuthority authority, KubernetesApiOptions options, PracticeTokens tokens,
        Authenticator authenticator, AccessPolicy policy, ApiPipeline pipeline)
    {
        (this.application, this.authority, this.options) = (application, authority, options);
        (Tokens, Authenticator, Policy) = (tokens, authenticator, policy);
        (Requests, Admission) = (pipeline.Requests, pipeline.Admission);
        ExpireContinueTokens = pipeline.ExpireContinueTokens;
        Url = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Where the server listens: <c>https://127.0.0.1:port</c>.</summary>
    public Uri Url { get; }

    internal CertificateAuthority Authority => authority;

    /// <summary>The certificate authority to trust, PEM.</summary>
    public string CaPem => authority.Pem;

    /// <summary>The tokens of the users in the kubeconfig.</summary>
    public PracticeTokens Tokens { get; }

    /// <summary>Accepts and revokes tokens while the server runs.</summary>
    public Authenticator Authenticator { get; }

    /// <summary>Grants and revokes rights while the server runs.</summary>
    public AccessPolicy Policy { get; }

    /// <summary>Validating admission: what refuses objects before they are stored.</summary>
    public Writing.AdmissionChain Admission { get; }

    public FaultPlan Faults => options.Faults;

    /// <summary>What a client under test may ask.</summary>
    public KnownRequests Known => options.Known;

    /// <summary>How many requests came, by verb and resource.</summary>
    public RequestLog Requests { get; }

    /// <summary>Makes every open continue token too old, as an etcd compaction does.</summary>
    public Action ExpireContinueTokens { get; }

    /// <summary>Starts a server over the store. Throws <see cref="IOException"/> when the port is taken.</summary>
    public static async Task<KubernetesApiServer> StartAsync(ObjectStore store, KubernetesApiOptions options, CancellationToken cancellation)
    {
        CertificateAuthority authority = new("practice-ca", options.Time);
        var tokens = PracticeTokens.Create(options.Time);
        Authenticator authenticator = new(authority, [.. tokens.All, .. options.Tokens], options.Time);
        AccessPolicy policy = new([.. PracticeTokens.Rules, .. options.AccessRules], store);
        ApiPipeline pipeline = new(new ApiContext(store, options.Catalog, policy, options), authenticator);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel => Configure(kestrel, options, authority));
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
            authority.Dispose();
            throw;
        }

        return new KubernetesApiServer(application, authority, options, tokens, authenticator, policy, pipeline);
    }

    /// <summary>
    /// Writes a kubeconfig with one context per way in (see <see cref="Kubeconfig"/>), readable by its owner only.
    /// </summary>
    public void WriteKubeconfig(string path) => Kubeconfig.Write(path, options, Url, authority, Tokens);

    public async ValueTask DisposeAsync()
    {
        // Open watches would hold a graceful stop for as long as they last.
        using CancellationTokenSource now = new(TimeSpan.FromMilliseconds(100));
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
        authority.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, KubernetesApiOptions options, CertificateAuthority authority)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = authority.IssueServer(),
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                // Taken as it comes: a certificate of another authority is an unknown user (401), not a broken handshake.
                ClientCertificateValidation = static (_, _, _) => true,
            });
        });
    }
}
