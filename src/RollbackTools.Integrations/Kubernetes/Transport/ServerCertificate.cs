using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>A server's certificate we do not trust, with the reason.</summary>
internal sealed class UntrustedServerException(string reason) : AuthenticationException(reason);

/// <summary>Decides whether a server is who it should be: the connection's own authorities, or the system's, and the name.</summary>
internal static class ServerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static SslClientAuthenticationOptions Options(ClusterConnection connection, SslStreamCertificateContext? client)
    {
        var options = new SslClientAuthenticationOptions { ClientCertificateContext = client };
        if (connection.SkipTlsVerify)
        {
#pragma warning disable CA5359 // The operator's own kubeconfig says so, and a warning was given.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            return options;
        }

        if (connection.Authorities is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                ApplicationPolicy = { new Oid(ServerAuthentication) },
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            errors == SslPolicyErrors.None || Check(connection, certificate as X509Certificate2, chain, errors);
        return options;
    }

    // Throws instead of answering false: SslStream's own words do not say which authority or which name.
    private static bool Check(ClusterConnection connection, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) throw new UntrustedServerException("it presented no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            var expected = connection.TlsServerName ?? connection.Server.IdnHost;
            throw new UntrustedServerException(
                $"its certificate is for {Names(certificate)}, not for {expected} (kubeconfig field tls-server-name says which name to expect)");
        }

        if (chain is not null && EndsInTrustedIntermediate(connection, chain)) return true;
        throw new UntrustedServerException(Reason(connection, certificate, chain));
    }

    // Go, and so kubectl, trusts any certificate in certificate-authority, also one that is not self-signed.
    private static bool EndsInTrustedIntermediate(ClusterConnection connection, X509Chain chain) =>
        connection.Authorities is { } authorities
        && chain.ChainStatus.All(status => status.Status == X509ChainStatusFlags.PartialChain)
        && chain.ChainElements.Count > 1
        && authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(chain.ChainElements[^1].Certificate.RawDataMemory.Span));

    private static string Reason(ClusterConnection connection, X509Certificate2 certificate, X509Chain? chain)
    {
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? X509ChainStatusFlags.NoError;
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return $"its certificate is valid from {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} "
                + $"to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC, or one above it is out of date";
        }

        var issuer = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true);
        return connection.Authorities is null
            ? $"its certificate was issued by '{issuer}', which this machine does not trust, and the kubeconfig has no certificate-authority"
            : $"its certificate was issued by '{issuer}', not by the certificate-authority in {connection.Source}"
                + (flags.HasFlag(X509ChainStatusFlags.PartialChain) || flags.HasFlag(X509ChainStatusFlags.UntrustedRoot) ? "" : $" ({flags})");
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .Take(8).ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
    }
}
