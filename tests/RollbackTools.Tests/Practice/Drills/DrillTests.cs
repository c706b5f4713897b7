using RollbackTools.Operations;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Cli;
using RollbackTools.Practice.Drills;
using Spectre.Console;

namespace RollbackTools.Tests.Practice.Drills;

/// <summary>Every drill breaks production and puts it right, and what it prints can be read in a log.</summary>
public sealed class DrillTests : IDisposable
{
    private readonly StringWriter printed = new();
    private readonly string runs = Directory.CreateTempSubdirectory("rollback-drill-runs-").FullName;

    public static TheoryData<string> Names() => [.. DrillCatalogue.All.Where(drill => !EstateCatalogue.NeedsGit(drill.Estate)).Select(drill => drill.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_breaks_notices_rolls_back_and_proves(string name)
    {
        Assert.True(await RunAsync(DrillCatalogue.Find(name)!), printed.ToString());

        var text = printed.ToString();
        Assert.DoesNotContain('\u001b', text);
        Assert.Matches(@"(?m)^PS> Invoke-(Image|Helm)Rollback .* -Reason '", text);
        Assert.Matches(@"(?m)^PS> Test-RollbackHealth ", text);
        Assert.Matches(@"(?s)Timeline.*production healthy.*bad image shipped.*noticed.*rollback started.*rolled back.*healthy again", text);
        Assert.Matches(@"Requests: \d+ sent, \d+ failed", text);
        Assert.EndsWith($"PASSED {name}: health was observed.", text.TrimEnd());
        var records = new RunStore(runs, TimeProvider.System, Catalogue.Journal).List();
        Assert.NotEmpty(records);
        Assert.All(records, run =>
        {
            Assert.Equal(RunState.Succeeded, run.State);
            Assert.Contains($"Record: {run.Path}", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_drill_that_did_not_see_what_it_should_have_fails_with_the_reason()
    {
        Assert.False(await RunAsync(new Hopeless()));

        Assert.EndsWith("FAILED tomoda/hopeless: nobody came", printed.ToString().TrimEnd());
    }

    [Fact]
    public async Task A_rollback_that_fails_fails_the_drill()
    {
        Assert.False(await RunAsync(new WrongTarget()));

        Assert.Contains("[RevisionNotFound]", printed.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"FAILED tomoda/wrong-target: 'Invoke-ImageRollback .*' failed: ", printed.ToString());
    }

    [Theory]
    [InlineData("tomoda/bad", "tomoda/bad-image")]
    [InlineData("bad-imgae", "tomoda/bad-image")]
    [InlineData("crashloop", "tomoda/crash-loop")]
    [InlineData("TOMODA/FLEAT", "tomoda/fleet")]
    public void A_name_that_is_not_quite_right_finds_the_one_that_is(string typed, string meant) =>
        Assert.Equal(meant, DrillCatalogue.Nearest(typed)[0]);

    [Fact]
    public void A_name_like_nothing_gets_all_of_them() => Assert.Equal(DrillCatalogue.All.Count, DrillCatalogue.Nearest("xxxxxxxxxxxxxxxx").Count);

    [Fact]
    public void The_strip_marks_what_customers_saw()
    {
        TrafficSample At(double seconds, bool answered) => new(TimeSpan.FromSeconds(seconds), "api", answered, "");

        Assert.Equal(".xX .", string.Concat(DrillReport.Strip([At(0.01, true), At(0.11, true), At(0.15, false), At(0.2, false), At(0.4, true)])));
    }

    public void Dispose() => Directory.Delete(runs, recursive: true);

    private async Task<bool> RunAsync(IDrill drill)
    {
        var stop = TestContext.Current.CancellationToken;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(printed) });
        await using var cluster = await EstateCatalogue.StartAsync(drill.Estate, seed: 1, port: 0, stop);
        return await new DrillRunner(new DrillScreen(console), TimeProvider.System).RunAsync(drill, EstateCatalogue.Describe(cluster), runs, stop);
    }

    private sealed class Hopeless : IDrill
    {
        public string Name => "tomoda/hopeless";

        public string Summary => "";

        public Task RunAsync(DrillContext drill, CancellationToken cancellation)
        {
            DrillContext.Expect(false, "nobody came");
            return Task.CompletedTask;
        }
    }

    private sealed class WrongTarget : IDrill
    {
        public string Name => "tomoda/wrong-target";

        public string Summary => "";

        public Task RunAsync(DrillContext drill, CancellationToken cancellation) =>
            drill.RollBackAsync("Invoke-ImageRollback deployment/backend -ToRevision 99 -Environment prod", cancellation);
    }
}
