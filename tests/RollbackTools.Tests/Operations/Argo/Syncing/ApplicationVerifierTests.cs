using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Operations.Argo.Syncing;

public sealed class ApplicationVerifierTests
{
    private readonly FakeArgoCd argo = new();
    private readonly NotedReporter reporter = new();
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public async Task What_was_compared_in_the_second_of_the_end_proves_nothing_until_it_was_compared_again_on_request()
    {
        argo.Refuse = true;
        var verifying = VerifyAsync();
        Show("2026-04-27T03:00:05Z");
        await PassAsync(4, verifying);

        Assert.False(verifying.IsCompleted);
        Assert.Contains("refresh", argo.Asked);
        argo.Refuse = false;
        await PassAsync(4, verifying);
        Assert.True((await verifying).Healthy);
    }

    [Fact]
    public async Task What_was_compared_in_a_later_second_needs_no_asking()
    {
        var verifying = VerifyAsync();
        Show("2026-04-27T03:00:06Z");

        Assert.True((await verifying).Healthy);
        Assert.Empty(argo.Asked);
    }

    [Fact]
    public async Task An_application_that_nobody_looks_at_is_not_said_to_be_well_nor_ill()
    {
        var verifying = VerifyAsync();
        Show("2026-04-27T02:00:00Z");
        await PassAsync(65, verifying);

        var verdict = await verifying;
        Assert.Equal((false, "Timeout"), (verdict.Healthy, verdict.ErrorId));
        Assert.Contains("has not looked at", verdict.Message, StringComparison.Ordinal);
        Assert.True(argo.Asked.Count is 2 or 3, $"asked {argo.Asked.Count} times");
    }

    private Task<Verdict> VerifyAsync() => new ApplicationVerifier(new FakeEstate(new FakeCluster(new ClusterInfo("here", "https://x", "prod"))) { ArgoCd = argo }, reporter, clock).VerifyAsync(
        new ApplicationName("argocd", "shop"),
        new ApplicationExpectation { After = new DateTimeOffset(2026, 4, 27, 3, 0, 5, TimeSpan.Zero), Timeout = TimeSpan.FromMinutes(1) },
        (step, _) => throw new InvalidOperationException($"Nothing is to be done here: {step.Description}"),
        TestContext.Current.CancellationToken);

    private void Show(string reconciledAt) => argo.Show(Apps.Of(status: $$"""{"reconciledAt":"{{reconciledAt}}","health":{"status":"Healthy"} }"""));

    private async Task PassAsync(int seconds, Task verifying)
    {
        for (var second = 0; second < seconds && !verifying.IsCompleted; second++)
        {
            var seen = Seen();
            await Eventually.TrueAsync(() => clock.PendingTimers > 0 || verifying.IsCompleted, "the next look");
            clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => Seen() > seen || verifying.IsCompleted, "a look");
        }

        int Seen()
        {
            lock (reporter.Progressed) return reporter.Progressed.Count;
        }
    }
}
