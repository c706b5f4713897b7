using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Estates;
using RollbackTools.Tests.EndToEnd.Support;
using Xunit.Sdk;

namespace RollbackTools.Tests.Practice.Kubernetes.Recorded;

/// <summary>A request of the product that no story records fails the test that made it.</summary>
public sealed class UnrecordedRequestTests
{
    private const string Kind = "GET /api/v1/namespaces/{namespace}/configmaps?pretty";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_fails_at_its_end_when_the_product_asked_what_no_story_records()
    {
        await using var stage = await PracticeStage.StartAsync(new EmptyEstate());
        Production production = new(stage);
        using var product = ClusterClient.Open(production.Kubeconfig, userAgent: "RollbackTools/0.0");

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(
            () => product.GetAsync($"/api/v1/namespaces/{production.Namespace}/configmaps?pretty=true", Stop));

        Assert.StartsWith($"No recording of a real server answers {Kind}. Add the request to a story", refused.Refusal, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAnyAsync<XunitException>(async () => await production.DisposeAsync());
        Assert.Contains($"No story records {Kind}.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_else_asks_fails_nothing()
    {
        await using var stage = await PracticeStage.StartAsync(new EmptyEstate());
        await using Production production = new(stage);
        using var pipeline = ClusterClient.Open(production.Kubeconfig);

        Assert.NotNull(await pipeline.GetAsync($"/api/v1/namespaces/{production.Namespace}/configmaps?pretty=true", Stop));
    }
}
