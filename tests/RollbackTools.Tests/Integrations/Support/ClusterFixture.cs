using Microsoft.AspNetCore.Server.Kestrel.Core;
using RollbackTools.Integrations.Kubernetes;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Tests.Integrations.Support;

/// <summary>A server, a machine with a kubeconfig for it, and a client with short pauses and no jitter.</summary>
internal sealed class ClusterFixture : IAsyncDisposable
{
    private ClusterFixture(TestMachine machine, TestCertificates certificates, ApiServer server, TimeProvider time)
    {
        Machine = machine;
        Certificates = certificates;
        Server = server;
        Time = time;
        machine.WriteKubeconfig(server.Address, certificates.AuthorityPem);
    }

    public TestMachine Machine { get; }

    public TestCertificates Certificates { get; }

    public ApiServer Server { get; }

    public TimeProvider Time { get; }

    public TransportOptions Options => new()
    {
        Time = Time,
        Random = () => 0.5,
        RetryDelay = TimeSpan.FromMilliseconds(2),
        RequestTimeout = TimeSpan.FromSeconds(20),
    };

    public static async Task<ClusterFixture> StartAsync(HttpProtocols protocols = HttpProtocols.Http1AndHttp2, TimeProvider? time = null)
    {
        var certificates = new TestCertificates();
        var server = await ApiServer.StartAsync(certificates.Server(), protocols);
        return new ClusterFixture(new TestMachine(), certificates, server, time ?? TimeProvider.System);
    }

    public KubernetesCluster Connect(TransportOptions? options = null, EstateOptions? estate = null) =>
        new(new ConnectionResolver(estate ?? new EstateOptions(), Machine.Host(Time), Machine.Warnings.Add).Resolve(), options ?? Options);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Certificates.Dispose();
        Machine.Dispose();
    }
}
