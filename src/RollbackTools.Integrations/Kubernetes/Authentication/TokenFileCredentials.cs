using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Authentication;

/// <summary>
/// A bearer token in a file that something else renews (a kubelet's projected token, an agent). Read again every few seconds,
/// rather than on a changed timestamp: projected files are links whose own timestamps stand still. Until the file can be read,
/// <paramref name="beside"/> (the token that stands beside it) is used.
/// </summary>
internal sealed class TokenFileCredentials(string path, string what, ClientCertificate? certificate, TimeProvider time, string? beside = null) : ICredentialSource
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private Credential? _current = beside is null ? null : Credential.Bearer(beside, certificate);
    private string? _token;
    private long _readAt;

    public string? SignInHint => $"Check that {path} is being renewed.";

    public ValueTask<Credential> GetAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_token is not null && time.GetElapsedTime(_readAt) < Freshness) return ValueTask.FromResult(_current!);
            return ValueTask.FromResult(Read());
        }
    }

    public ValueTask<Credential?> RefreshAsync(Credential refused, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var fresh = Read();
            return ValueTask.FromResult(ReferenceEquals(fresh, refused) ? null : fresh);
        }
    }

    private Credential Read()
    {
        string token;
        try
        {
            token = TextFile.Read(path, what).Trim();
        }
        catch (EstateException) when (_current is not null)
        {
            // Being replaced right now, or gone: the last good token is used until the server refuses it (as client-go does).
            return _current;
        }

        if (!TokenText.IsUsable(token)) throw Configuration.Error($"The {what} {path} does not hold a token (one line of visible ASCII).");
        _readAt = time.GetTimestamp();
        if (token == _token) return _current!;
        _token = token;
        return _current = Credential.Bearer(token, certificate);
    }
}
