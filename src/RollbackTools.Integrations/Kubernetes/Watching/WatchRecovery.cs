using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Watching;

/// <summary>
/// How a watch comes back: at once after a connection that was of use, else with growing, jittered pauses; and not for ever
/// against a server that stays away. Against a server that was never reached, the first failure is the answer.
/// </summary>
internal sealed class WatchRecovery(TransportOptions options)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private bool _reached;
    private int _failures;
    private long _failingSince;

    /// <summary>The server has answered before: from now on a failure is one to survive.</summary>
    public void Reached() => _reached = true;

    /// <summary>Something arrived, so what comes next starts afresh.</summary>
    public void Worked()
    {
        _reached = true;
        _failures = 0;
    }

    /// <summary>Waits before the next try, or throws the error when there should be none.</summary>
    public Task AfterAsync(EstateException error, CancellationToken cancellation)
    {
        if (!_reached || !MayPass(error.Kind)) throw error;
        if (_failures == 0) _failingSince = options.Time.GetTimestamp();
        if (options.Time.GetElapsedTime(_failingSince) > options.WatchPatience) throw error;
        return PauseAsync(cancellation);
    }

    /// <summary>After a connection that ended without a word: no error, but not to be repeated in a tight loop.</summary>
    public Task AfterNothingAsync(CancellationToken cancellation)
    {
        if (_failures == 0) _failingSince = options.Time.GetTimestamp();
        return PauseAsync(cancellation);
    }

    private Task PauseAsync(CancellationToken cancellation)
    {
        var pause = Math.Min(options.RetryDelay.TotalMilliseconds * Math.Pow(2, _failures++), Longest.TotalMilliseconds);
        return Task.Delay(TimeSpan.FromMilliseconds(pause * (0.5 + options.Random() / 2)), options.Time, cancellation);
    }

    private static bool MayPass(EstateErrorKind kind) =>
        kind is EstateErrorKind.Unreachable or EstateErrorKind.Overloaded or EstateErrorKind.Server or EstateErrorKind.Expired;
}
