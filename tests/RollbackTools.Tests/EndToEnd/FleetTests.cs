using System.Collections;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Many workloads at once: from the pipeline or by label, under one record, with few requests.</summary>
public sealed class FleetTests(SharedCluster shared)
{
    private const string InFleet = ", fleet: shop";

    [Fact]
    public async Task By_label_everything_that_has_it_goes_back_and_nothing_else()
    {
        await using var production = await shared.OpenAsync();
        foreach (var name in (string[])["a", "b", "c"]) await production.BrokenAsync(name, "2.0-errors", replicas: 1, labels: InFleet);
        await production.BrokenAsync("other", "2.0-errors", replicas: 1);
        await production.BrokenAsync("queue", "2.0-errors", kind: Resources.StatefulSets, replicas: 1, labels: InFleet);

        var output = await production.RunAsync("Invoke-ImageRollback -Selector fleet=shop");

        Assert.Empty(output.Errors);
        var results = output.Of<RollbackResult>();
        Assert.Equal(["a", "b", "c", "queue"], results.Select(result => result.Name).Order());
        Assert.All(results, result => Assert.Equal(RollbackOutcome.RolledBack, result.Outcome));
        Assert.Single(results.Select(result => result.RunId).Distinct());
        Assert.Equal("shop/other:2.0-errors", production.Image("other"));
        Assert.Equal("shop/queue:1.0", production.Image("queue", Resources.StatefulSets));
    }

    [Fact]
    public async Task By_label_what_has_run_well_for_long_is_left_alone_unless_asked_for()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors", replicas: 1, labels: InFleet);
        await production.BrokenAsync("queue", "2.0", replicas: 1, labels: InFleet);
        production.Age("queue", TimeSpan.FromHours(2));
        // Back at an old revision since a moment: its object is old, and proves nothing.
        await production.BrokenAsync("web", "2.0-errors", replicas: 1, labels: InFleet);
        production.Age("web", TimeSpan.FromHours(3));
        production.Ship("web", "1.0");
        await production.CompleteAsync("web");
        await production.CreateAsync("db", "15", Resources.StatefulSets, replicas: 1, labels: InFleet);
        production.Age("db", TimeSpan.FromDays(9));

        var careful = await production.RunAsync("Invoke-ImageRollback -Selector fleet=shop");
        var there = careful.Of<RollbackResult>().Where(result => result.Outcome == RollbackOutcome.AlreadyThere).ToList();
        Assert.Equal(["db", "queue"], there.Select(result => result.Name).Order());
        Assert.All(there, result => Assert.Contains("-IncludeHealthy", result.Message, StringComparison.Ordinal));
        Assert.Equal(("shop/api:1.0", "shop/queue:2.0"), (production.Image("api"), production.Image("queue")));
        Assert.Equal(("web", "NoKnownGoodRevision"), (Assert.IsType<RollbackResult>(Assert.Single(careful.Errors).Target).Name, careful.Errors[0].ErrorId));

        await production.RunAsync("Invoke-ImageRollback -Selector app=queue -IncludeHealthy");
        Assert.Equal("shop/queue:1.0", production.Image("queue"));
    }

    [Fact]
    public async Task Rows_that_go_to_different_versions_for_different_reasons_are_one_run()
    {
        await using var production = await shared.OpenAsync();
        foreach (var name in (string[])["a", "b", "c"]) await production.BrokenAsync(name, "2.0-errors", replicas: 1);

        var output = await production.RunAsync("Invoke-ImageRollback", new object[]
        {
            new Hashtable { ["Name"] = "a", ["ToTag"] = "0.9", ["Reason"] = "INC-1" },
            new Hashtable { ["Name"] = "b", ["ToRevision"] = "1", ["Reason"] = "INC-2" },
            new Hashtable { ["Name"] = "c" },
        });

        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors);
        Assert.Equal(("shop/a:0.9", "shop/b:1.0", "shop/c:1.0"), (production.Image("a"), production.Image("b"), production.Image("c")));
        var run = Assert.Single(production.Runs.List());
        Assert.Equal((3, "INC-1; INC-2"), (run.Targets.Count, run.Reason));
        Assert.EndsWith(": INC-1", production.Annotation("a", "kubernetes.io/change-cause"), StringComparison.Ordinal);
        Assert.EndsWith(": INC-2", production.Annotation("b", "kubernetes.io/change-cause"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_the_pipeline_several_go_at_once_and_are_undone_at_once()
    {
        await using var production = await shared.OpenAsync();
        foreach (var name in (string[])["a", "b", "c"]) await production.BrokenAsync(name, "2.0-errors", replicas: 1);

        var output = await production.RunAsync("'a','deployment/b','c' | Invoke-ImageRollback");
        var run = Assert.Single(production.Runs.List());
        Assert.Equal(3, output.Of<RollbackResult>().Count(result => result.Outcome == RollbackOutcome.RolledBack));
        Assert.Equal((RunState.Succeeded, 3), (run.State, run.Targets.Count));

        var undone = await production.RunAsync($"Undo-RollbackRun {run.RunId}");
        Assert.Equal(3, undone.Of<RollbackResult>().Count(result => result.Outcome == RollbackOutcome.Undone));
        Assert.All((string[])["a", "b", "c"], name => Assert.Equal($"shop/{name}:2.0-errors", production.Image(name)));
    }

    [Fact]
    public async Task Its_results_pipe_into_a_health_test_of_the_images_they_went_to()
    {
        await using var production = await shared.OpenAsync();
        foreach (var name in (string[])["a", "b"]) await production.BrokenAsync(name, "2.0-crash", "CrashLoopBackOff", replicas: 1, labels: InFleet);

        var output = await production.RunAsync("Invoke-ImageRollback -Selector fleet=shop | Test-RollbackHealth -SkipLogs -Since 1s -Wait -Interval 100ms -Timeout 1m");

        Assert.Null(output.Failure?.Message);
        Assert.Contains(output.Of<HealthCheck>(), check => check.Check == "Image");
        Assert.All(output.Of<HealthCheck>(), check => Assert.NotEqual(HealthStatus.Failed, check.Status));
    }

    [Fact]
    public async Task A_fleet_takes_hardly_more_requests_than_it_has_workloads()
    {
        const int fleet = 30;
        // Wires of its own, so that every request counted is ours.
        await using SharedCluster alone = new();
        await using var production = await alone.OpenAsync();
        foreach (var name in Enumerable.Range(1, fleet).Select(i => $"w{i}"))
            await production.BrokenAsync(name, "2.0-errors", replicas: 1, labels: InFleet);
        production.Stage.Requests.Reset();

        var output = await production.RunAsync("Invoke-ImageRollback -Selector fleet=shop");

        Assert.Null(output.Failure?.Message);
        Assert.Empty(output.Errors);
        Assert.Equal(fleet, output.Of<RollbackResult>().Count(result => result.Outcome == RollbackOutcome.RolledBack));
        var counts = production.Stage.Requests.Snapshot();
        TestContext.Current.TestOutputHelper!.WriteLine($"{counts.Values.Sum()} requests for {fleet} workloads: {string.Join(", ", counts.Select(pair => $"{pair.Value} {pair.Key}"))}");
        Assert.Equal(fleet, counts["patch deployments"]);
        Assert.InRange(counts.Values.Sum(), fleet, fleet + 14);
    }
}
