using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Operations.Argo.Syncing;

/// <summary>Ending the operation that stands in the way ends no other.</summary>
public sealed class TerminateOperationTests
{
    private const string Bob = """{"initiatedBy":{"username":"bob"},"sync":{"revision":"a"}}""";
    private const string Carol = """{"initiatedBy":{"username":"carol"},"sync":{"revision":"b"}}""";

    private readonly FakeArgoCd argo = new();
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public async Task One_that_was_asked_for_since_is_left_alone_though_none_had_begun()
    {
        var step = TerminateOperation.Of(Apps.Of(more: $",\"operation\":{Bob}"));
        argo.Show(Apps.Of(more: $",\"operation\":{Carol}"));

        var outcome = await ApplyAsync(step);

        Assert.False(outcome.Changed);
        Assert.Empty(argo.Asked);
    }

    [Fact]
    public async Task What_comes_after_it_does_not_count_as_stuck()
    {
        var step = TerminateOperation.Of(Apps.Of(more: $",\"operation\":{Bob}"));
        argo.Show(Apps.Of(status: $$"""{"operationState":{"phase":"Running","startedAt":"2026-04-27T02:59:00Z","operation":{{Bob}} } }""", more: $",\"operation\":{Bob}"));
        var applying = ApplyAsync(step);
        await Eventually.TrueAsync(() => argo.Asked.Contains("terminate"), "it is terminated");
        argo.Show(Apps.Of(more: $",\"operation\":{Carol}"));

        Assert.Equal("terminated", (await applying).Detail);
    }

    private Task<StepOutcome> ApplyAsync(TerminateOperation step) => step.ApplyAsync(
        new StepContext(new FakeEstate(new FakeCluster(new ClusterInfo("here", "https://x", "prod"))) { ArgoCd = argo }, new NotedReporter(), clock)
        {
            AlsoAsync = (also, _) => throw new InvalidOperationException($"Nothing is to be done here: {also.Description}"),
        }, () => Task.CompletedTask, TestContext.Current.CancellationToken);
}
