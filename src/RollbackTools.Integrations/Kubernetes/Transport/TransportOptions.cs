namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>Patience, and the two things tests pin: the clock and the jitter.</summary>
internal sealed record TransportOptions
{
    /// <summary>For an answer to begin, and for each next piece of it.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>0 (inclusive) to 1 (exclusive).</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    public int Retries { get; init; } = 4;

    /// <summary>Before the first repeat; doubles from there.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause a server's Retry-After may ask for.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the server lets one watch run; half as much again at random, so that clients do not reconnect together.</summary>
    public TimeSpan WatchDuration { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a watch that worked keeps trying to come back.</summary>
    public TimeSpan WatchPatience { get; init; } = TimeSpan.FromMinutes(5);
}
