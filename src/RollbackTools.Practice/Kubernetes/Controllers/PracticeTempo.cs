namespace RollbackTools.Practice.Kubernetes.Controllers;

/// <summary>
/// How long things take in the practice cluster. <see cref="Scale"/> shrinks durations that manifests state in seconds
/// (progressDeadlineSeconds, minReadySeconds, back-off); the rest are stated as they pass.
/// </summary>
public sealed record PracticeTempo
{
    /// <summary>As long as on a small real cluster.</summary>
    public static PracticeTempo Real { get; } = new();

    /// <summary>For drills: a bad image shows within a second, a rollback is through within another.</summary>
    public static PracticeTempo Drill { get; } = new()
    {
        Scale = 1.0 / 60,
        Schedule = TimeSpan.FromMilliseconds(5),
        Pull = TimeSpan.FromMilliseconds(60),
        Start = TimeSpan.FromMilliseconds(30),
        Ready = TimeSpan.FromMilliseconds(80),
        Crash = TimeSpan.FromMilliseconds(100),
        Leak = TimeSpan.FromMilliseconds(900),
        Stop = TimeSpan.FromMilliseconds(50),
        Job = TimeSpan.FromMilliseconds(200),
        Retry = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>Nothing waits: for benchmarks of what is left.</summary>
    public static PracticeTempo Instant { get; } = new()
    {
        Scale = 1.0 / 600,
        Schedule = TimeSpan.Zero,
        Pull = TimeSpan.Zero,
        Start = TimeSpan.Zero,
        Ready = TimeSpan.Zero,
        Crash = TimeSpan.FromMilliseconds(10),
        Leak = TimeSpan.FromMilliseconds(200),
        Stop = TimeSpan.Zero,
        Job = TimeSpan.Zero,
        Retry = TimeSpan.FromMilliseconds(5),
    };

    /// <summary>What a second in a manifest lasts, in seconds.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>From creation to a node.</summary>
    public TimeSpan Schedule { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Fetching an image a node does not have.</summary>
    public TimeSpan Pull { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From a pulled image to a running container.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>From running to the first readiness probe that passes.</summary>
    public TimeSpan Ready { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a crashing image runs.</summary>
    public TimeSpan Crash { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a leaking image runs before it hits its memory limit.</summary>
    public TimeSpan Leak { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>From SIGTERM to gone.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a container that is meant to end runs.</summary>
    public TimeSpan Job { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The first wait after a controller's failure; it doubles, to a thousand times this.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A duration a manifest or the API states, as it passes here.</summary>
    public TimeSpan Scaled(double seconds) => TimeSpan.FromSeconds(seconds * Scale);
}
