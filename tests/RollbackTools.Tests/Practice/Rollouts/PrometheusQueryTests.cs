using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Analysis.Queries;
using RollbackTools.Practice.Traffic;
using RollbackTools.Tests.Support;

namespace RollbackTools.Tests.Practice.Rollouts;

/// <summary>PromQL over what pods have served.</summary>
public sealed class PrometheusQueryTests
{
    private readonly ManualTimeProvider clock = new();
    private readonly TrafficLedger ledger = new();

    private IReadOnlyList<double> Ask(string query, PracticeTempo? tempo = null) => new PrometheusQueries(ledger, clock, tempo ?? PracticeTempo.Real).Evaluate(query).Values;

    private void Serve(int count, int status = 200, string hash = "new", string service = "catalog")
    {
        for (var i = 0; i < count; i++) ledger.Add(new ServedRequest(clock.GetUtcNow(), "prod", service, $"{service}-{hash}", status, hash));
    }

    [Fact]
    public void A_rate_is_per_second_of_its_window_and_a_sum_is_one_number()
    {
        Serve(90);
        Serve(30, 500);
        Assert.Equal([1.5, 0.5], Ask("rate(http_requests_total[1m])"));
        Assert.Equal([2.0], Ask("sum(rate(http_requests_total{service=\"catalog\"}[1m]))"));
        Assert.Equal([120.0], Ask("sum(increase(http_requests_total[1m]))"));
    }

    [Fact]
    public void Matchers_choose_by_equality_and_by_pattern()
    {
        Serve(60);
        Serve(60, 503);
        Serve(600, hash: "old");
        Serve(600, service: "orders");
        Assert.Equal([0.5], Ask("""
            sum(rate(http_requests_total{service="catalog", rollouts_pod_template_hash="new", status!~"5.."}[1m]))
            / sum(rate(http_requests_total{service="catalog", rollouts_pod_template_hash=~"new|newer"}[1m]))
            """));
        Assert.Equal([1.0], Ask("sum(rate(http_requests_total{status=\"503\", namespace!=\"test\"}[1m]))"));
    }

    [Fact]
    public void What_lies_before_the_window_does_not_count_and_a_window_is_as_long_as_the_tempo_makes_it()
    {
        Serve(60);
        clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal([1.0], Ask("sum(rate(http_requests_total[1m]))"));
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(Ask("sum(rate(http_requests_total[1m]))"));
        Serve(60);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal([1.0], Ask("sum(rate(http_requests_total[1m]))", PracticeTempo.Drill));
    }

    [Theory]
    [InlineData("sum(rate(http_requests_total{status=\"404\"}[1m]))")]
    [InlineData("sum(rate(http_requests_total{status=\"404\"}[1m])) / sum(rate(http_requests_total[1m]))")]
    [InlineData("sum(rate(another_metric[1m])) * 2")]
    public void No_series_is_an_empty_result_not_zero(string query)
    {
        Serve(10);
        Assert.Empty(Ask(query));
    }

    [Theory]
    [InlineData("sum(rate(http_requests_total[1m])")]
    [InlineData("histogram_quantile(0.9, http_requests_total)")]
    [InlineData("rate(http_requests_total[soon])")]
    [InlineData("rate(http_requests_total{status~\"5\"}[1m])")]
    [InlineData("")]
    public void What_is_not_understood_is_said_and_not_guessed(string query)
    {
        Serve(10);
        Assert.Throws<QueryException>(() => Ask(query));
    }
}
