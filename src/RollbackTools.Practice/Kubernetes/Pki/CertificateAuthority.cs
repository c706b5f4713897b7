using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RollbackTools.Practice.Kubernetes.Pki;

/// <summary>A private certificate authority made for one practice cluster and gone with it. Keys are ECDSA P-256.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 certificate;
    private readonly TimeProvider time;

    public CertificateAuthority(string name, TimeProvider time)
    {
        this.time = time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(30));
    }

    /// <summary>The certificate to trust.</summary>
    public string Pem => certificate.ExportCertificatePem();

    /// <summary>A server certificate for the loopback names.</summary>
    public X509Certificate2 IssueServer()
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        names.AddDnsName("localhost");
        names.AddDnsName("kubernetes");
        names.AddDnsName("kubernetes.default.svc");
        var (issued, _) = Issue("CN=kube-apiserver", ServerAuthentication, time.GetUtcNow().AddDays(29), names.Build());
        return issued;
    }

    /// <summary>A client certificate: the user is the common name, the groups are the organisations, as Kubernetes reads them.</summary>
    public (string CertificatePem, string KeyPem) IssueClient(string user, IEnumerable<string> groups, DateTimeOffset? expires = null)
    {
        X500DistinguishedNameBuilder subject = new();
        foreach (var group in groups) subject.AddOrganizationName(group);
        subject.AddCommonName(user);
        var (issued, keyPem) = Issue(subject.Build(), ClientAuthentication, expires ?? time.GetUtcNow().AddDays(29), extension: null);
        using (issued) return (issued.ExportCertificatePem(), keyPem);
    }

    /// <summary>Whether this authority signed the certificate and it is valid now.</summary>
    public bool Trusts(X509Certificate2 client)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(client);
    }

    public void Dispose() => certificate.Dispose();

    private (X509Certificate2 Certificate, string KeyPem) Issue(string subject, string usage, DateTimeOffset expires, X509Extension? extension) =>
        Issue(new X500DistinguishedName(subject), usage, expires, extension);

    private (X509Certificate2 Certificate, string KeyPem) Issue(
        X500DistinguishedName subject, string usage, DateTimeOffset expires, X509Extension? extension)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        if (extension is not null) request.CertificateExtensions.Add(extension);

        // An expired certificate still has to start before it ends, and after its issuer does.
        var start = certificate.NotBefore.ToUniversalTime();
        using var signed = request.Create(certificate, start, expires, RandomNumberGenerator.GetBytes(12));
        using var withKey = signed.CopyWithPrivateKey(key);

        // Re-imported, because SslStream on Windows refuses keys that live in memory only.
        return (new X509Certificate2(withKey.Export(X509ContentType.Pkcs12)), key.ExportPkcs8PrivateKeyPem());
    }
}
