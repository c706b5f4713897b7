using System.Net;

namespace RollbackTools.Practice.Drills;

/// <summary>One request of a customer: when it was sent, and whether it was answered as it should be.</summary>
internal sealed record TrafficSample(TimeSpan At, string Service, bool Answered, string What);

/// <summary>
/// Customers: asks every service's URL again and again, each on its own, until disposed. Production is healthy when they are
/// served, whatever any status says.
/// </summary>
internal sealed class TrafficMeter : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource stop = new();
    private readonly List<TrafficSample> samples = [];
    private readonly Timeline timeline;
    private readonly Task[] customers;

    public TrafficMeter(IReadOnlyDictionary<string, Uri> services, Timeline timeline)
    {
        this.timeline = timeline;
        customers = [.. services.Select(service => AskAsync(service.Key, service.Value))];
    }

    /// <summary>What was asked from <paramref name="since"/> on, in order.</summary>
    public IReadOnlyList<TrafficSample> Since(TimeSpan since)
    {
        lock (samples) return [.. samples.Where(sample => sample.At >= since)];
    }

    /// <summary>Waits until the last <paramref name="count"/> requests, all sent after this call, satisfy the condition.</summary>
    /// <returns>Those requests; null when it was not so within <paramref name="patience"/>.</returns>
    public async Task<IReadOnlyList<TrafficSample>?> UntilAsync(
        int count, Func<IReadOnlyList<TrafficSample>, bool> so, TimeSpan patience, CancellationToken cancellation)
    {
        var from = timeline.Now;
        while (timeline.Now - from < patience)
        {
            var seen = Since(from);
            if (seen.Count >= count && seen.Skip(seen.Count - count).ToList() is var last && so(last)) return last;
            await Task.Delay(Pause, cancellation);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(customers);
        http.Dispose();
        stop.Dispose();
    }

    private async Task AskAsync(string service, Uri url)
    {
        while (!stop.IsCancellationRequested)
        {
            var at = timeline.Now;
            var (answered, what) = await AskOnceAsync(url);
            if (stop.IsCancellationRequested) return;
            lock (samples) samples.Add(new TrafficSample(at, service, answered, what));
            await Task.Delay(Pause, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task<(bool Answered, string What)> AskOnceAsync(Uri url)
    {
        try
        {
            using var answer = await http.GetAsync(url, stop.Token);
            return (answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}");
        }
        catch (HttpRequestException failure)
        {
            return (false, failure.HttpRequestError == HttpRequestError.ConnectionError ? "refused" : "broken off");
        }
        catch (OperationCanceledException)
        {
            return (false, "no answer");
        }
    }
}
