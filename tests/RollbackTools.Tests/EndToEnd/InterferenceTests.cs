using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>Others are at work too, and the one at the prompt may change their mind.</summary>
public sealed class InterferenceTests(SharedCluster shared)
{
    private const string Rolling = "Invoke-ImageRollback api -ToTag 1.9 -Timeout 5m -Confirm:$false";

    [Fact]
    public async Task Deleted_while_it_rolls_back_is_told_at_once()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");
        production.Hold("api");
        var rolling = production.RunAsync(Rolling);
        await UnderWayAsync(production);

        await production.Client.DeleteAsync($"/apis/apps/v1/namespaces/{production.Namespace}/deployments/api", TestContext.Current.CancellationToken);

        Assert.Equal("DeletedMeanwhile", Assert.Single((await rolling).Errors).ErrorId);
    }

    [Fact]
    public async Task Changed_while_it_rolls_back_is_told_with_who_did_it_and_never_overwritten()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");
        production.Age("api", TimeSpan.FromDays(1));
        production.Hold("api");
        var rolling = production.RunAsync(Rolling);
        await UnderWayAsync(production);

        await new CiPipeline(production.Client, production.Namespace)
            .ShipAsync("deployment/api", "shop/api:3.0", "somebody deploys", TestContext.Current.CancellationToken);

        var error = Assert.Single((await rolling).Errors);
        Assert.Equal("ChangedMeanwhile", error.ErrorId);
        Assert.Contains("ci-deploy", error.Message, StringComparison.Ordinal);
        Assert.Equal("shop/api:3.0", production.Image("api"));
    }

    [Fact]
    public async Task Of_two_people_at_once_one_goes_on_and_the_other_is_told_who_and_since_when()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");
        production.Hold("api");
        var first = production.RunAsync(Rolling);
        await UnderWayAsync(production);
        using var other = production.SomebodyElse();

        var second = await Production.RunAsync(other, "Invoke-ImageRollback api -ToTag 1.8");

        var error = Assert.Single(second.Errors);
        Assert.Equal("LockHeld", error.ErrorId);
        Assert.Contains($"{RunEngine.Actor}/", error.Message, StringComparison.Ordinal);
        Assert.Contains(" since ", error.Message, StringComparison.Ordinal);
        production.LetGo("api");
        Assert.Equal(RollbackOutcome.RolledBack, Assert.Single((await first).Of<RollbackResult>()).Outcome);
        Assert.Equal(["shop/api:1.9"], production.Running("api"));
    }

    [Fact]
    public async Task Of_many_people_at_the_same_moment_exactly_one_goes_on()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        var people = Enumerable.Range(0, 5).Select(_ => production.SomebodyElse()).ToList();

        var outputs = await Task.WhenAll(people.Select(one => Production.RunAsync(one, "Invoke-ImageRollback api")));

        people.ForEach(one => one.Dispose());
        var outcomes = outputs.SelectMany(output => output.Of<RollbackResult>()).ToList();
        Assert.Single(outcomes, result => result.Outcome == RollbackOutcome.RolledBack);
        // Whoever came late found it done, or found somebody doing it. Nobody did it twice.
        Assert.All(outputs.SelectMany(output => output.Errors), error => Assert.Contains(error.ErrorId, (string[])["LockHeld", "ChangedMeanwhile"]));
        Assert.Equal("3", production.Annotation("api", "deployment.kubernetes.io/revision"));
        Assert.Equal(["shop/api:1.0"], production.Running("api"));
    }

    [Fact]
    public async Task Ctrl_C_leaves_a_run_that_can_be_resumed_and_no_lock()
    {
        await using var production = await shared.OpenAsync();
        await production.CreateAsync("api", "2.0-errors");
        using CancellationTokenSource interrupt = new();
        production.Hold("api");
        var rolling = production.RunAsync(Rolling, interrupt.Token);
        await UnderWayAsync(production);

        await interrupt.CancelAsync();
        var stopped = await rolling;
        Assert.True(stopped.Stopped);
        await production.UntilAsync(() => production.List(Resources.Leases).Count == 0);
        var run = Assert.Single(production.Runs.List());
        // The server has the change; whether its answer has arrived, nobody can know.
        Assert.Matches(
            $"^Run {run.RunId} was stopped: deployment/api in {production.Namespace} (is changed and not proven yet|may or may not be changed)\\. "
                + $"Resume-RollbackRun {run.RunId} finishes it\\.$",
            Assert.Single(stopped.Warnings));
        Assert.Equal((RunState.Interrupted, $"Resume-RollbackRun {run.RunId}"), (run.State, run.NextStep));

        production.LetGo("api");
        var result = await production.RollBackAsync(run.NextStep!);
        Assert.Equal(RollbackOutcome.RolledBack, result.Outcome);
        Assert.Equal(RunState.Succeeded, production.Runs.Read(run.RunId).State);
        Assert.Equal(["shop/api:1.9"], production.Running("api"));
    }

    private static Task UnderWayAsync(Production production) => production.UntilAsync(() => production.Image("api") == "shop/api:1.9");
}
