using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Tests.Cmdlets.Live;

/// <summary>The compiled cmdlets, end to end, over the wire.</summary>
public sealed class RollbackOnPracticeTests : IAsyncLifetime
{
    private const string Good = $"{TomodaImages.Backend}:{TomodaImages.Current}";
    private const string Bad = $"{TomodaImages.Backend}:{TomodaImages.Crashing}";

    private TomodaSession tomoda = null!;

    public async ValueTask InitializeAsync()
    {
        tomoda = await TomodaSession.StartAsync();
        await tomoda.ShipAsync("backend", Bad);
    }

    public ValueTask DisposeAsync() => tomoda.DisposeAsync();

    [Fact]
    public void The_whole_way_back_is_one_pipeline()
    {
        var result = Assert.Single(tomoda.Run("Invoke-ImageRollback backend -Reason INC-7 -Timeout 1m").OrThrow().Of<RollbackResult>());

        Assert.Equal((RollbackOutcome.RolledBack, Bad, Good), (result.Outcome, result.From, result.To));
        Assert.Equal(Good, tomoda.ImageOf("backend"));

        tomoda.Runner.Variables["result"] = result;
        var checks = tomoda.Runner.Run("$result | Test-RollbackHealth -SkipLogs").OrThrow().Of<HealthCheck>();
        Assert.Contains(checks, check => check is { Check: "Image", Status: HealthStatus.Passed });
        Assert.All(checks.Where(check => check.Check is "Rollout" or "Pods"), check => Assert.Equal(HealthStatus.Passed, check.Status));

        var run = Assert.Single(tomoda.Runner.Run($"Get-RollbackRun {result.RunId}").OrThrow().Of<RunRecord>());
        Assert.Equal((RunState.Succeeded, "INC-7"), (run.State, run.Reason));
    }

    [Fact]
    public void History_shows_the_bad_one_and_where_a_rollback_would_go()
    {
        var revisions = tomoda.Run("Get-ImageHistory backend").OrThrow().Of<ImageRevision>();

        Assert.Equal(Bad, revisions.Single(revision => revision.Current).Image);
        Assert.Equal(Good, revisions.Single(revision => revision.IsDefaultTarget).Image);
    }

    [Fact]
    public void A_run_can_be_undone_and_a_second_undo_says_so()
    {
        var result = Assert.Single(tomoda.Run("Invoke-ImageRollback backend -Timeout 1m").OrThrow().Of<RollbackResult>());

        var undone = Assert.Single(tomoda.Runner.Run($"Undo-RollbackRun {result.RunId}").OrThrow().Of<RollbackResult>());
        var again = tomoda.Runner.Run($"Undo-RollbackRun {result.RunId}");

        Assert.Equal(RollbackOutcome.Undone, undone.Outcome);
        Assert.Equal(Bad, tomoda.ImageOf("backend"));
        Assert.Equal("NothingToUndo", Assert.Single(again.Errors).ErrorId);
    }

    [Fact]
    public void A_rollback_to_something_broken_fails_with_evidence_and_an_error()
    {
        var output = tomoda.Run($"Invoke-ImageRollback tomoda-api -ToTag {TomodaImages.Crashing} -Timeout 30s -Confirm:$false");

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal(RollbackOutcome.Failed, result.Outcome);
        Assert.NotEmpty(result.Evidence);
        Assert.Equal(result.ErrorId, Assert.Single(output.Errors).ErrorId);
        Assert.Equal(RunState.Failed, tomoda.Services.Runs.Read(result.RunId).State);
    }

    [Fact]
    public void Ctrl_C_leaves_a_run_that_can_be_resumed()
    {
        using CancellationTokenSource stop = new();
        tomoda.Runner.Observer = said => { if (said.Kind is CommandEventKind.Progress) stop.Cancel(); };
        var stopped = tomoda.Run($"Invoke-ImageRollback tomoda-api -ToTag {TomodaImages.Slow} -Timeout 2m -Confirm:$false", stop.Token);
        tomoda.Runner.Observer = null;

        Assert.True(stopped.Stopped);
        var run = Assert.Single(tomoda.Services.Runs.List());
        Assert.Equal(RunState.Interrupted, run.State);

        var undone = tomoda.Runner.Run($"Undo-RollbackRun {run.RunId}").OrThrow();
        Assert.Equal(RollbackOutcome.Undone, Assert.Single(undone.Of<RollbackResult>()).Outcome);
    }

    [Fact]
    public void An_interrupted_run_is_finished_by_resuming_it()
    {
        // After Started, Planned and Intent: right before the change is sent.
        using CancellationTokenSource stop = new();
        tomoda.AtJournalLine = line => { if (line == 3) stop.Cancel(); };
        Assert.True(tomoda.Run("Invoke-ImageRollback backend -Timeout 1m", stop.Token).Stopped);

        var run = Assert.Single(tomoda.Services.Runs.List());
        var resumed = Assert.Single(tomoda.Runner.Run("Get-RollbackRun -State Interrupted | Resume-RollbackRun").OrThrow().Of<RollbackResult>());

        Assert.Equal((RollbackOutcome.RolledBack, run.RunId), (resumed.Outcome, resumed.RunId));
        Assert.Equal(Good, tomoda.ImageOf("backend"));
    }

    [Fact]
    public void Only_the_first_object_is_wanted_and_the_rest_is_let_go()
    {
        // What Select-Object -First 1 does to the command before it.
        tomoda.Runner.Observer = said => { if (said.Kind == CommandEventKind.Output) throw new System.Management.Automation.PipelineStoppedException(); };

        var output = tomoda.Run("Get-ImageHistory -Namespace prod");

        Assert.True(output.Stopped);
        Assert.Single(output.Objects);
    }

    [Fact]
    public async Task A_fleet_is_rolled_back_at_once()
    {
        await tomoda.ShipAsync("tomoda-api", $"{TomodaImages.Api}:{TomodaImages.Crashing}");

        var results = tomoda.Run("Invoke-ImageRollback backend,tomoda-api -Timeout 1m").OrThrow().Of<RollbackResult>();

        Assert.Equal(["backend", "tomoda-api"], results.Select(result => result.Name).Order());
        Assert.All(results, result => Assert.Equal(RollbackOutcome.RolledBack, result.Outcome));
        Assert.Single(results.Select(result => result.RunId).Distinct());
    }
}
