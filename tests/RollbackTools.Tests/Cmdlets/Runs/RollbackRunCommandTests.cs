using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Runs;

public sealed class RollbackRunCommandTests : IAsyncLifetime
{
    private readonly Session session = new();

    public async ValueTask InitializeAsync()
    {
        await WriteAsync("20260301-030000-aaaa", RunState.Succeeded);
        await WriteAsync("20260302-030000-bbbb", null);
        await WriteAsync("20260303-030000-cccc", RunState.Failed);
    }

    public ValueTask DisposeAsync()
    {
        session.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void All_runs_on_record_come_newest_first()
    {
        Assert.Equal(["20260303-030000-cccc", "20260302-030000-bbbb", "20260301-030000-aaaa"], Ids("Get-RollbackRun"));
    }

    [Theory]
    [InlineData("Get-RollbackRun -Last 1", "20260303-030000-cccc")]
    [InlineData("Get-RollbackRun -State Interrupted", "20260302-030000-bbbb")]
    [InlineData("Get-RollbackRun -State Succeeded,Failed -Last 1", "20260303-030000-cccc")]
    [InlineData("Get-RollbackRun 20260301", "20260301-030000-aaaa")]
    [InlineData("'20260302','20260301' | Get-RollbackRun -State Succeeded", "20260301-030000-aaaa")]
    [InlineData("Get-RollbackRun -Last 1 | Get-RollbackRun", "20260303-030000-cccc")]
    public void They_are_chosen_by_id_state_and_number(string line, string id)
    {
        Assert.Equal([id], Ids(line));
    }

    [Fact]
    public async Task A_damaged_journal_is_an_error_beside_the_others()
    {
        await File.WriteAllTextAsync(Path.Combine(session.Services.Runs.Directory, "20260304-030000-dddd.jsonl"), "{\n", TestContext.Current.CancellationToken);

        var output = session.Run("Get-RollbackRun -Last 1");

        Assert.Equal("20260303-030000-cccc", Assert.Single(output.Of<RunRecord>()).RunId);
        Assert.Equal(("RunUnreadable", "20260304-030000-dddd"), (Assert.Single(output.Errors).ErrorId, output.Errors[0].Target));
    }

    [Fact]
    public void An_id_of_no_run_is_an_error_and_the_next_one_still_comes()
    {
        var output = session.Run("Get-RollbackRun nope,20260301");

        Assert.Equal("RunNotFound", Assert.Single(output.Errors).ErrorId);
        Assert.Equal("nope", output.Errors[0].Target);
        Assert.Single(output.Of<RunRecord>());
    }

    [Fact]
    public void An_id_that_fits_several_is_refused()
    {
        Assert.Equal("AmbiguousRun", Assert.Single(session.Run("Get-RollbackRun 2026").Errors).ErrorId);
    }

    [Theory]
    [InlineData("Resume-RollbackRun 20260301", "RunEnded")]
    [InlineData("Undo-RollbackRun 20260301", "NothingToUndo")]
    [InlineData("Get-RollbackRun 20260301 | Resume-RollbackRun", "RunEnded")]
    [InlineData("Resume-RollbackRun nope -WhatIf", "RunNotFound")]
    public void What_cannot_be_taken_up_says_why(string line, string errorId)
    {
        var output = session.Run(line);

        Assert.Equal(errorId, Assert.Single(output.Errors).ErrorId);
        Assert.Null(output.Failure);
        Assert.Empty(session.Provider.Opened);
    }

    [Fact]
    public void Which_run_must_be_said()
    {
        Assert.Equal("MissingMandatoryParameter", session.Run("Undo-RollbackRun").Failure?.ErrorId);
    }

    [Fact]
    public void Resuming_under_WhatIf_plans_again_and_leaves_the_journal_alone()
    {
        session.Provider.Furnish = cluster => cluster.Deployment("api", "prod", true, "repo/api:41", "repo/api:42");
        var before = session.Services.Runs.Read("20260302").Steps.Count;

        var output = session.Run("Resume-RollbackRun 20260302 -WhatIf").OrThrow();

        Assert.Equal(RollbackOutcome.Planned, Assert.Single(output.Of<RollbackResult>()).Outcome);
        Assert.Contains("PATCH apps/v1 deployments/api", Assert.Single(output.WhatIfs), StringComparison.Ordinal);
        Assert.Equal(before, session.Services.Runs.Read("20260302").Steps.Count);
    }

    private async Task WriteAsync(string id, RunState? end)
    {
        await using var journal = session.Services.Runs.Open(id);
        await journal.AppendAsync(new RunLine
        {
            Event = RunEvent.Started,
            At = new DateTimeOffset(int.Parse(id[..4]), int.Parse(id[4..6]), int.Parse(id[6..8]), 3, 0, 0, TimeSpan.Zero),
            Run = new RunHeader
            {
                RunId = id,
                Operation = "ImageRollback",
                Estate = "practice",
                Actor = "me@here",
                Request = new ImageRollbackRequest { Workloads = [new WorkloadReference { Kind = WorkloadKind.Deployment, Name = "api", Namespace = "prod" }] },
            },
        });
        if (end is not null) await journal.AppendAsync(new RunLine { Event = RunEvent.Ended, State = end });
    }

    private IEnumerable<string> Ids(string line) => session.Run(line).OrThrow().Of<RunRecord>().Select(run => run.RunId);
}
