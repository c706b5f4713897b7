using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RollbackTools.Integrations.Kubernetes.Authentication;

/// <summary>A client certificate with its key and the intermediates to send along.</summary>
internal sealed class ClientCertificate
{
    private ClientCertificate(SslStreamCertificateContext context, string identity)
    {
        Context = context;
        Identity = identity;
    }

    public SslStreamCertificateContext Context { get; }

    /// <summary>Equal for the same certificate read twice.</summary>
    public string Identity { get; }

    public DateTimeOffset ExpiresAt => Context.TargetCertificate.NotAfter;

    /// <summary>
    /// Throws <see cref="CryptographicException"/> or <see cref="ArgumentException"/> when the two are not a pair in PEM, and
    /// <see cref="NotSupportedException"/> for a kind of key that the runtime has no TLS for (Ed25519, Ed448).
    /// </summary>
    public static ClientCertificate FromPem(string certificate, string key)
    {
        using (var itself = X509Certificate2.CreateFromPem(certificate))
        {
            if (Edwards(itself.PublicKey.Oid.Value) is { } kind)
            {
                throw new NotSupportedException($".NET's TLS has no {kind} client keys. Ask for a certificate with an ECDSA or RSA key, "
                    + "or sign in with a token or an exec plugin");
            }
        }

        var leaf = X509Certificate2.CreateFromPem(certificate, key);
        if (OperatingSystem.IsWindows())
        {
            // SChannel cannot use a key that exists only in memory.
            using var memoryOnly = leaf;
            leaf = new X509Certificate2(memoryOnly.Export(X509ContentType.Pfx));
        }

        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        var intermediates = new X509Certificate2Collection(chain.Skip(1).ToArray());
        return new ClientCertificate(SslStreamCertificateContext.Create(leaf, intermediates, offline: true), leaf.Thumbprint);
    }

    // RFC 8410.
    private static string? Edwards(string? algorithm) => algorithm switch
    {
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => null,
    };
}
