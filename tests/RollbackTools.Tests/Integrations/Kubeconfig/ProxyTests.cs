using System.Net;
using System.Net.Sockets;
using System.Text;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubeconfig;

public sealed class ProxyTests
{
    [Theory]
    [InlineData("https://api.example.com", "", true)]
    [InlineData("https://api.example.com", "example.com", false)]
    [InlineData("https://example.com", "example.com", false)]
    [InlineData("https://example.com", ".example.com", true)]
    [InlineData("https://api.example.com", ".example.com", false)]
    [InlineData("https://api.example.com", "*.example.com", false)]
    [InlineData("https://badexample.com", "example.com", true)]
    [InlineData("https://api.example.com:6443", "api.example.com:443", true)]
    [InlineData("https://api.example.com:6443", "api.example.com:6443", false)]
    [InlineData("https://10.1.2.3", "10.0.0.0/8", false)]
    [InlineData("https://11.1.2.3", "10.0.0.0/8", true)]
    [InlineData("https://10.1.2.3", "10.1.2.3", false)]
    [InlineData("https://api.example.com", "*", false)]
    [InlineData("https://localhost:8443", "", false)]
    [InlineData("https://127.0.0.1:8443", "", false)]
    [InlineData("https://[::1]:8443", "", false)]
    [InlineData("http://api.example.com", "", false)]
    public void NO_PROXY_is_read_as_kubectl_reads_it(string url, string noProxy, bool proxied)
    {
        using var machine = new TestMachine();
        machine.Variables["HTTPS_PROXY"] = "proxy.example:3128";
        machine.Variables["NO_PROXY"] = noProxy;

        var proxy = EnvironmentProxy.From(machine.Host())!;

        Assert.Equal(proxied ? new Uri("http://proxy.example:3128") : null, proxy.GetProxy(new Uri(url)));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("socks5")]
    public async Task A_clusters_proxy_is_used_and_TLS_goes_through_it(string scheme)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        using var proxy = new TunnelProxy(scheme == "socks5");
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, cluster: $"proxy-url: {scheme}://ann:pw@127.0.0.1:{proxy.Port}");
        using var cluster = fixture.Connect();

        var deployment = await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("api", deployment.Metadata.Name);
        Assert.Equal(1, proxy.Tunnels);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_named_without_its_password()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        using var proxy = new TunnelProxy(socks: false) { Refuse = true };
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, cluster: $"proxy-url: http://ann:SECRET@127.0.0.1:{proxy.Port}");
        using var cluster = fixture.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));

        Assert.Equal(EstateErrorKind.Unreachable, error.Kind);
        Assert.Contains("the proxy refused", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The least of a CONNECT or SOCKS5 proxy.</summary>
    private sealed class TunnelProxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly bool _socks;
        private int _tunnels;

        public TunnelProxy(bool socks)
        {
            _socks = socks;
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public bool Refuse { get; init; }

        public int Tunnels => _tunnels;

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // Stopped.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            try
            {
                using var _ = client;
                var stream = client.GetStream();
                var target = _socks ? await SocksAsync(stream) : await ConnectAsync(stream);
                if (target is null) return;
                Interlocked.Increment(ref _tunnels);
                using var server = new TcpClient();
                await server.ConnectAsync(target);
                await Task.WhenAny(stream.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(stream));
            }
            catch (IOException)
            {
                // The other side left.
            }
        }

        private async Task<IPEndPoint?> ConnectAsync(NetworkStream stream)
        {
            var text = "";
            var buffer = new byte[1024];
            while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal)) text += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(Refuse ? "403 Forbidden" : "200 OK")}\r\nContent-Length: 0\r\n\r\n"));
            return Refuse ? null : IPEndPoint.Parse(text.Split(' ')[1]);
        }

        private static async Task<IPEndPoint?> SocksAsync(NetworkStream stream)
        {
            var buffer = new byte[512];
            _ = await stream.ReadAsync(buffer);
            await stream.WriteAsync(new byte[] { 5, 2 });
            _ = await stream.ReadAsync(buffer);
            await stream.WriteAsync(new byte[] { 1, 0 });
            var length = await stream.ReadAsync(buffer);
            var port = (buffer[length - 2] << 8) | buffer[length - 1];
            await stream.WriteAsync(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1, 0, 0 });
            return new IPEndPoint(IPAddress.Loopback, port);
        }
    }
}
