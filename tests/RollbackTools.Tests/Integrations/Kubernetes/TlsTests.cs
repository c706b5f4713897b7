using Microsoft.AspNetCore.Server.Kestrel.Core;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Tests.Integrations.Support;

namespace RollbackTools.Tests.Integrations.Kubernetes;

public sealed class TlsTests
{
    [Fact]
    public async Task A_server_of_another_authority_is_not_trusted_and_gets_no_credentials()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        using var other = new TestCertificates("Other CA");
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, other.AuthorityPem);

        var error = await RefusedAsync(fixture);

        Assert.Equal(EstateErrorKind.Untrusted, error.Kind);
        Assert.Contains("issued by 'Test CA', not by the certificate-authority in kubeconfig", error.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Server.Requests);
    }

    [Fact]
    public async Task Without_an_authority_the_systems_decide()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, null);

        var error = await RefusedAsync(fixture);

        Assert.Equal(EstateErrorKind.Untrusted, error.Kind);
        Assert.Contains("the kubeconfig has no certificate-authority", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_server_certificate_is_said_so()
    {
        using var certificates = new TestCertificates();
        await using var server = await ApiServer.StartAsync(certificates.Server(until: DateTimeOffset.UtcNow.AddDays(-1)));
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.WriteKubeconfig(server.Address, certificates.AuthorityPem);

        var error = await RefusedAsync(fixture);

        Assert.Equal(EstateErrorKind.Untrusted, error.Kind);
        Assert.Contains("its certificate is valid from", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task Another_name_is_refused_unless_tls_server_name_expects_it(HttpProtocols protocols)
    {
        using var certificates = new TestCertificates();
        await using var server = await ApiServer.StartAsync(certificates.Server("kubernetes.example"), protocols);
        server.Otherwise(Answers.Json(Answers.Deployment()));
        await using var fixture = await ClusterFixture.StartAsync();

        fixture.Machine.WriteKubeconfig(server.Address, certificates.AuthorityPem);
        var error = await RefusedAsync(fixture);
        fixture.Machine.WriteKubeconfig(server.Address, certificates.AuthorityPem, cluster: "tls-server-name: kubernetes.example");
        using var cluster = fixture.Connect();
        var deployment = await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Contains("is for kubernetes.example, not for 127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Equal("api", deployment.Metadata.Name);
    }

    [Fact]
    public async Task Skipping_verification_works_and_warns()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, null, cluster: "insecure-skip-tls-verify: true");
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Contains("is not verified (insecure-skip-tls-verify", Assert.Single(fixture.Machine.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_is_presented()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Json(Answers.Deployment()));
        var (certificate, key) = fixture.Certificates.Client("ann");
        fixture.Machine.Write(".kube/ann.crt", certificate);
        fixture.Machine.Write(".kube/ann.key", key);
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user: "client-certificate: ann.crt\nclient-key: ann.key");
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Equal("ann", fixture.Server.Requests[0].ClientName);
    }

    [Fact]
    public async Task An_expired_client_certificate_is_named_when_the_server_refuses_it()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Otherwise(Answers.Status(401, "Unauthorized", "Unauthorized"));
        var (certificate, key) = fixture.Certificates.Client("ann", until: DateTimeOffset.UtcNow.AddDays(-1));
        fixture.Machine.Write(".kube/ann.crt", certificate);
        fixture.Machine.Write(".kube/ann.key", key);
        fixture.Machine.WriteKubeconfig(fixture.Server.Address, fixture.Certificates.AuthorityPem, user: "client-certificate: ann.crt\nclient-key: ann.key");

        var error = await RefusedAsync(fixture);

        Assert.Equal(EstateErrorKind.Unauthenticated, error.Kind);
        Assert.Contains("the client certificate expired on", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_does_not_speak_TLS_is_said_so()
    {
        await using var plain = await ApiServer.StartAsync(null, HttpProtocols.Http1);
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.WriteKubeconfig(new Uri(plain.Address.AbsoluteUri.Replace("http://", "https://", StringComparison.Ordinal)), fixture.Certificates.AuthorityPem);

        var error = await RefusedAsync(fixture);

        Assert.Equal(EstateErrorKind.Untrusted, error.Kind);
        Assert.Contains("does not speak TLS as expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_not_sent_in_clear_text()
    {
        await using var plain = await ApiServer.StartAsync(null, HttpProtocols.Http1);
        plain.Otherwise(Answers.Json(Answers.Deployment()));
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Machine.WriteKubeconfig(plain.Address, null);
        using var cluster = fixture.Connect();

        await cluster.GetAsync(Resources.Deployments, "prod", "api", default);

        Assert.Null(plain.Requests[0].Header("Authorization"));
        Assert.Contains("is not encrypted", Assert.Single(fixture.Machine.Warnings), StringComparison.Ordinal);
    }

    private static async Task<EstateException> RefusedAsync(ClusterFixture fixture)
    {
        using var cluster = fixture.Connect();
        return await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, "prod", "api", default));
    }
}
