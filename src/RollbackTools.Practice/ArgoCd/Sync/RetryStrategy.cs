using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ArgoCd.Sync;

/// <summary>An operation's <c>retry</c>: 5 s, doubled each time, at most 3 m, unless it says otherwise. Throws <see cref="FormatException"/>.</summary>
internal sealed class RetryStrategy(JsonObject? retry)
{
    public int Limit => retry.Number("limit") ?? 0;

    /// <summary>Whether a retry takes the branch as it is by then, not the commit that failed.</summary>
    public bool Refreshes => retry.Flag("refresh");

    public bool Allows(int retried) => Limit < 0 || retried < Limit;

    /// <summary>How long to wait before this many retries' next one, as a real clock would have it.</summary>
    public TimeSpan Delay(int retried)
    {
        var backoff = retry.Object("backoff");
        var first = backoff.Text("duration") is { Length: > 0 } duration ? GoDuration.ParseOrSeconds(duration) : TimeSpan.FromSeconds(5);
        var most = backoff.Text("maxDuration") is { Length: > 0 } max ? GoDuration.ParseOrSeconds(max) : TimeSpan.FromMinutes(3);
        var delay = first.TotalSeconds * Math.Pow(backoff.Number("factor") ?? 2, retried);
        return TimeSpan.FromSeconds(most > TimeSpan.Zero ? Math.Min(delay, most.TotalSeconds) : delay);
    }
}
