namespace RollbackTools.Practice.Traffic;

/// <summary>Users: so many requests a second to one address, their fate on a timeline.</summary>
public sealed class TrafficGenerator : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient client = new(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly TimeProvider time;
    private readonly Task sending;

    /// <param name="url">Asked for as it is.</param>
    /// <param name="perSecond">Requests a second, at most 1,000.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeline">Where results are counted; its own, by the second, unless given.</param>
    public TrafficGenerator(Uri url, double perSecond, TimeProvider time, TrafficTimeline? timeline = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSecond, 1000);
        this.time = time;
        Timeline = timeline ?? new TrafficTimeline();
        sending = Task.Run(() => SendAsync(url, TimeSpan.FromSeconds(1 / perSecond)));
    }

    public TrafficTimeline Timeline { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await sending;
        client.Dispose();
        stopping.Dispose();
    }

    private async Task SendAsync(Uri url, TimeSpan period)
    {
        using PeriodicTimer timer = new(period, time);
        List<Task> open = [];
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                open.RemoveAll(request => request.IsCompleted);
                open.Add(OneAsync(url));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: the requests under way still count.
        }

        await Task.WhenAll(open);
    }

    private async Task OneAsync(Uri url)
    {
        var began = time.GetUtcNow();
        var succeeded = false;
        try
        {
            using var answer = await client.GetAsync(url);
            succeeded = answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            // A user who gets no answer at all is a failed request as well.
        }

        Timeline.Count(began, succeeded);
    }
}
