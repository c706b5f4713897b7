using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Operations.Argo.Syncing;

public sealed class OperationWaitTests
{
    private const string Ours = """{"initiatedBy":{"username":"us"},"info":[{"name":"RollbackTools","value":"1"}],"sync":{}}""";
    private const string Theirs = """{"initiatedBy":{"username":"them"},"sync":{}}""";

    private readonly FakeArgoCd argo = new();
    private readonly NotedReporter reporter = new();
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public async Task It_ends_with_the_operation_whichever_way_that_ended()
    {
        var waiting = WaitAsync();
        Show(State("Running"));
        Show(State("Failed", "no"));

        Assert.Equal("Failed", (await waiting).OperationState!.Phase);
    }

    [Fact]
    public async Task A_failure_that_waits_for_its_retry_is_no_end()
    {
        var waiting = WaitAsync();
        Show(State("Running", "one failed", ",\"finishedAt\":\"2026-04-27T03:00:00Z\",\"retryCount\":1"));
        await PassAsync(TimeSpan.FromSeconds(90), waiting);
        Assert.False(waiting.IsCompleted);
        Assert.Contains(reporter.Progressed, status => status.Contains("waits for the next", StringComparison.Ordinal));

        Show(State("Succeeded"));
        Assert.True((await waiting).OperationState!.Succeeded);
    }

    [Fact]
    public async Task One_that_nobody_takes_up_is_withdrawn_after_a_minute()
    {
        var waiting = WaitAsync();
        argo.Show(Apps.Of(more: $",\"operation\":{Ours}"));
        await PassAsync(TimeSpan.FromSeconds(58), waiting);
        Assert.False(waiting.IsCompleted);
        await PassAsync(TimeSpan.FromSeconds(5), waiting);

        Assert.Equal("ControllerNotResponding", (await Assert.ThrowsAsync<RollbackException>(() => waiting)).ErrorId);
        Assert.Equal(["terminate"], argo.Asked);
    }

    [Fact]
    public async Task A_windows_message_may_flash_by_and_one_that_stays_blocks()
    {
        var waiting = WaitAsync();
        Show(State("Running", "Sync operation blocked by sync window"));
        await PassAsync(TimeSpan.FromSeconds(5), waiting);
        Show(State("Running", "running"));
        await PassAsync(TimeSpan.FromSeconds(20), waiting);
        Assert.False(waiting.IsCompleted);

        Show(State("Running", "Sync operation blocked by sync window"));
        await PassAsync(TimeSpan.FromSeconds(14), waiting);
        Assert.Equal("SyncWindowBlocked", (await Assert.ThrowsAsync<RollbackException>(() => waiting)).ErrorId);
        Assert.Equal(["terminate"], argo.Asked);
    }

    [Fact]
    public async Task Another_operation_in_its_place_is_somebody_elses()
    {
        var waiting = WaitAsync();
        argo.Show(Apps.Of(status: $$"""{"operationState":{"phase":"Running","operation":{{Theirs}}} }"""));
        await PassAsync(TimeSpan.FromSeconds(14), waiting);

        var error = await Assert.ThrowsAsync<RollbackException>(() => waiting);
        Assert.Equal("ChangedMeanwhile", error.ErrorId);
        Assert.Contains("by them", error.Message, StringComparison.Ordinal);
        Assert.Empty(argo.Asked);
    }

    [Fact]
    public async Task Time_runs_out_and_it_goes_on()
    {
        var waiting = WaitAsync();
        Show(State("Running", "applying"));
        await PassAsync(TimeSpan.FromMinutes(6), waiting);

        var error = await Assert.ThrowsAsync<RollbackException>(() => waiting);
        Assert.Equal("Timeout", error.ErrorId);
        Assert.Contains("it goes on", error.Message, StringComparison.Ordinal);
        Assert.Empty(argo.Asked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_watch_that_breaks_in_whatever_way_ends_the_wait(bool cancelled)
    {
        var waiting = WaitAsync();
        argo.Break(cancelled ? new OperationCanceledException() : new InvalidOperationException("no such token"));

        var error = await Assert.ThrowsAsync<EstateException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Contains("application/shop", error.Message, StringComparison.Ordinal);
    }

    private Task<ArgoApplication> WaitAsync() => new OperationWait(argo, reporter, clock).UntilEndedAsync(
        new ApplicationName("argocd", "shop"), (operation, _) => operation.Info("RollbackTools") == "1", "Syncing", TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);

    private void Show(string state) => argo.Show(Apps.Of(status: $$"""{"operationState":{{state}} }"""));

    private static string State(string phase, string message = "", string more = "") =>
        $$"""{"phase":"{{phase}}","message":"{{message}}","startedAt":"2026-04-27T02:59:00Z","operation":{{Ours}}{{more}} }""";

    /// <summary>Lets the seconds pass one by one, as the wait looks once a second.</summary>
    private async Task PassAsync(TimeSpan span, Task waiting)
    {
        for (var second = 0; second < span.TotalSeconds && !waiting.IsCompleted; second++)
        {
            var seen = Seen();
            await Eventually.TrueAsync(() => clock.PendingTimers > 0 || waiting.IsCompleted, "the next look");
            clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => Seen() > seen || waiting.IsCompleted, "a look");
        }

        int Seen()
        {
            lock (reporter.Progressed) return reporter.Progressed.Count;
        }
    }
}
