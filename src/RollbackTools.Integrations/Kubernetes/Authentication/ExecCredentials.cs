using System.Security.Cryptography;
using RollbackTools.Integrations.Hosting;

namespace RollbackTools.Integrations.Kubernetes.Authentication;

/// <summary>Credentials from an exec plugin, kept until they expire and asked for once more after a 401.</summary>
internal sealed class ExecCredentials(ExecPlugin plugin, ClientCertificate? certificate, string? installHint, TimeProvider time) : ICredentialSource
{
    // So that a token does not expire between being attached and being checked.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Held? _held;

    public string? SignInHint => installHint;

    public ValueTask<Credential> GetAsync(CancellationToken cancellation) =>
        _held is { } held && IsCurrent(held) ? ValueTask.FromResult(held.Credential) : new ValueTask<Credential>(RunAsync(null, cancellation));

    public async ValueTask<Credential?> RefreshAsync(Credential refused, CancellationToken cancellation) =>
        await RunAsync(refused, cancellation).ConfigureAwait(false);

    // One run at a time, whose result all that waited share.
    private async Task<Credential> RunAsync(Credential? refused, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_held is { } held && IsCurrent(held) && !ReferenceEquals(held.Credential, refused)) return held.Credential;
            var status = await plugin.RunAsync(cancellation).ConfigureAwait(false);
            _held = new Held(ToCredential(status), status.ExpiresAt);
            return _held.Credential;
        }
        finally
        {
            _gate.Release();
        }
    }

    private bool IsCurrent(Held held) => held.ExpiresAt is not { } expiry || time.GetUtcNow() < expiry - Margin;

    private Credential ToCredential(ExecCredentialStatus status)
    {
        var own = certificate;
        if (status.ClientCertificate is not null)
        {
            try
            {
                own = ClientCertificate.FromPem(status.ClientCertificate, status.ClientKey!);
            }
            catch (Exception error) when (error is CryptographicException or ArgumentException)
            {
                throw Configuration.Error(
                    $"The credential plugin '{Path.GetFileName(plugin.Command)}' printed a client certificate and key that are not a pair in PEM form.");
            }
        }

        return status.Token is null ? Credential.Anonymous(own) : Credential.Bearer(status.Token, own);
    }

    private sealed record Held(Credential Credential, DateTimeOffset? ExpiresAt);
}
