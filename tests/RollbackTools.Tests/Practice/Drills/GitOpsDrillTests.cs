using RollbackTools.Operations;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Cli;
using RollbackTools.Practice.Drills;
using RollbackTools.Tests.Practice.Git;
using Spectre.Console;

namespace RollbackTools.Tests.Practice.Drills;

/// <summary>The drills whose production is what Git says: whatever fights back there, it must not win.</summary>
public sealed class GitOpsDrillTests : IDisposable
{
    private readonly StringWriter printed = new();
    private readonly string runs = Directory.CreateTempSubdirectory("rollback-drill-runs-").FullName;

    public static TheoryData<string> Names() => [.. DrillCatalogue.All.Where(drill => EstateCatalogue.NeedsGit(drill.Estate)).Select(drill => drill.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Where_production_is_what_Git_says_it_rolls_back_and_stays_so(string name)
    {
        RealGit.Need();

        Assert.True(await RunAsync(DrillCatalogue.Find(name)!), printed.ToString());

        var text = printed.ToString();
        Assert.Matches(@"(?s)Timeline.*production healthy.*shipped.*noticed.*healthy again.*still so", text);
        Assert.Matches(@"For 3 rounds of whatever acts by itself: \d+ pods seen, none of ", text);
        Assert.Contains("Argo CD's sync policy is what it was: {\"automated\":{\"prune\":true,\"selfHeal\":true}", text, StringComparison.Ordinal);
        Assert.EndsWith($"PASSED {name}: health was observed.", text.TrimEnd());
        Assert.All(new RunStore(runs, TimeProvider.System, Catalogue.Journal).List(), run => Assert.Equal(RunState.Succeeded, run.State));
    }

    public void Dispose() => Directory.Delete(runs, recursive: true);

    private async Task<bool> RunAsync(IDrill drill)
    {
        var stop = TestContext.Current.CancellationToken;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(printed) });
        await using var cluster = await EstateCatalogue.StartAsync(drill.Estate, seed: 1, port: 0, stop);
        return await new DrillRunner(new DrillScreen(console), TimeProvider.System).RunAsync(drill, EstateCatalogue.Describe(cluster), runs, stop);
    }
}
