using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RollbackTools.Practice.Kubernetes.Pki;

namespace RollbackTools.Practice.Kubernetes.Api.Access;

/// <summary>Names the caller by client certificate or bearer token. Nobody is anonymous here.</summary>
public sealed class Authenticator
{
    private readonly ConcurrentDictionary<string, BearerToken> tokens = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<X509Certificate2, KubernetesUser> certificates = [];
    private readonly CertificateAuthority authority;
    private readonly TimeProvider time;

    public Authenticator(CertificateAuthority authority, IEnumerable<BearerToken> tokens, TimeProvider time)
    {
        (this.authority, this.time) = (authority, time);
        foreach (var token in tokens) Add(token);
    }

    /// <summary>Accepts a token from now on; one of the same text is replaced.</summary>
    public void Add(BearerToken token) => tokens[token.Token] = token with { User = token.User.Known() };

    public void Remove(string token) => tokens.TryRemove(token, out _);

    internal KubernetesUser? Identify(HttpContext http)
    {
        var certificate = http.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        if (certificate is not null && FromCertificate(certificate) is { } holder) return holder;

        if (http.Request.Headers.Authorization.ToString() is not { Length: > 7 } header) return null;
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;
        return tokens.TryGetValue(header[7..].Trim(), out var token) && (token.Expires is null || token.Expires > time.GetUtcNow())
            ? token.User
            : null;
    }

    private KubernetesUser? FromCertificate(X509Certificate2 certificate)
    {
        if (certificates.TryGetValue(certificate, out var known)) return known;
        if (!authority.Trusts(certificate)) return null;

        string? name = null;
        List<string> groups = [];
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements) continue;
            if (part.GetSingleElementType().Value == "2.5.4.3") name = part.GetSingleElementValue();
            else if (part.GetSingleElementType().Value == "2.5.4.10") groups.Add(part.GetSingleElementValue()!);
        }

        if (name is null) return null;
        KubernetesUser user = new KubernetesUser(name, groups).Known();
        certificates.AddOrUpdate(certificate, user);
        return user;
    }
}
