namespace RollbackTools.Operations.Health;

/// <summary>
/// When to stop asking. Without Wait and For: after one round. Wait: when all passes, or at the timeout. For: when it has been
/// healthy that long without a break; the first failure after it was healthy ends it, and before it was healthy the timeout
/// counts with Wait and nothing is forgiven without.
/// </summary>
internal sealed class HealthPatience(HealthRequest request, DateTimeOffset startedAt)
{
    private DateTimeOffset? healthySince;

    /// <summary>How long it has been healthy without a break.</summary>
    public TimeSpan Held { get; private set; }

    /// <summary>Of -For; null while there is none or nothing is healthy.</summary>
    public int? Percent => request.For is { } wanted && healthySince is not null
        ? (int)Math.Clamp(100 * Held / wanted, 0, 100)
        : null;

    public bool IsOver(bool healthy, DateTimeOffset now)
    {
        var wasHealthy = healthySince is not null;
        if (healthy)
        {
            healthySince ??= now;
            Held = now - healthySince.Value;
            return request.For is not { } wanted || Held >= wanted;
        }

        return wasHealthy || !request.Wait || now - startedAt >= request.Timeout;
    }
}
