using System.Net.Http.Headers;
using System.Text;

namespace RollbackTools.Integrations.Kubernetes.Authentication;

/// <summary>What one request proves its identity with.</summary>
internal sealed class Credential
{
    private const string Hidden = "***";

    private readonly string[] _secrets;

    private Credential(AuthenticationHeaderValue? authorization, ClientCertificate? certificate, params string[] secrets)
    {
        Authorization = authorization;
        Certificate = certificate;
        _secrets = secrets;
    }

    public AuthenticationHeaderValue? Authorization { get; }

    public ClientCertificate? Certificate { get; }

    public static Credential Anonymous(ClientCertificate? certificate = null) => new(null, certificate);

    public static Credential Bearer(string token, ClientCertificate? certificate) =>
        new(new AuthenticationHeaderValue("Bearer", token), certificate, token);

    public static Credential Basic(string username, string password, ClientCertificate? certificate)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));
        return new Credential(new AuthenticationHeaderValue("Basic", encoded), certificate, encoded, password);
    }

    /// <summary>Takes this credential out of a text from outside, should a server or proxy echo it.</summary>
    public string Redact(string text)
    {
        foreach (var secret in _secrets)
        {
            if (secret.Length > 0) text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        }

        return text;
    }
}

/// <summary>Where credentials come from, and come from again when they were refused.</summary>
internal interface ICredentialSource
{
    /// <summary>The credential to use now.</summary>
    ValueTask<Credential> GetAsync(CancellationToken cancellation);

    /// <summary>A new credential after a 401 for <paramref name="refused"/>, or null when there is none to be had.</summary>
    ValueTask<Credential?> RefreshAsync(Credential refused, CancellationToken cancellation);

    /// <summary>What a person does about a credential that stays refused; null when nothing special.</summary>
    string? SignInHint { get; }
}

/// <summary>A credential written in the kubeconfig itself.</summary>
internal sealed class FixedCredential(Credential credential) : ICredentialSource
{
    public string? SignInHint => null;

    public ValueTask<Credential> GetAsync(CancellationToken cancellation) => ValueTask.FromResult(credential);

    public ValueTask<Credential?> RefreshAsync(Credential refused, CancellationToken cancellation) => ValueTask.FromResult<Credential?>(null);
}
