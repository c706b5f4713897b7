namespace RollbackTools.Practice.Helm;

/// <summary>How helm waits for what it has begun.</summary>
public interface IHelmPatience
{
    /// <summary>Looks again and again; false when it was not so in time.</summary>
    Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> so, TimeSpan atMost, CancellationToken cancellation);
}

/// <summary>Waits in real time, as somebody does who looks at a cluster from outside.</summary>
public sealed class PollingPatience(TimeProvider time) : IHelmPatience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public async Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> so, TimeSpan atMost, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (!await so(cancellation))
        {
            if (time.GetElapsedTime(began) > atMost) return false;
            await Task.Delay(Pause, time, cancellation);
        }

        return true;
    }
}
