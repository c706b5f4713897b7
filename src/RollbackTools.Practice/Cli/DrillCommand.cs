using System.CommandLine;
using RollbackTools.Practice.Drills;
using RollbackTools.Practice.Git;
using Spectre.Console;

namespace RollbackTools.Practice.Cli;

/// <summary><c>drill NAME</c>: breaks production, rolls it back with the module's cmdlets, proves it.</summary>
internal static class DrillCommand
{
    public static Command Create(IAnsiConsole console)
    {
        Argument<string?> name = new("name") { Description = "Which drill; see --list.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> list = new("--list", "-l") { Description = "Say which drills there are." };
        Option<int> seed = new("--seed") { Description = "Where all chance comes from.", DefaultValueFactory = _ => 1 };
        Option<bool> keep = new("--keep") { Description = "Leave the estate running afterwards, until Ctrl+C." };
        Command command = new("drill", "Break production, roll it back with the module's own cmdlets, prove it.") { name, list, seed, keep };
        command.SetAction((parsed, _) => parsed.GetValue(list)
            ? Task.FromResult(List(console))
            : RunAsync(console, parsed.GetValue(name), parsed.GetValue(seed), parsed.GetValue(keep)));
        return command;
    }

    private static int List(IAnsiConsole console)
    {
        DrillScreen screen = new(console);
        var width = DrillCatalogue.All.Max(drill => drill.Name.Length);
        foreach (var drill in DrillCatalogue.All)
        {
            var needs = EstateCatalogue.NeedsGit(drill.Estate) ? " (needs git)" : "";
            screen.Line($"{drill.Name.PadRight(width)}  {drill.Summary}{needs}");
        }

        return ExitCodes.Success;
    }

    private static async Task<int> RunAsync(IAnsiConsole console, string? name, int seed, bool keep)
    {
        DrillScreen screen = new(console);
        if (DrillCatalogue.Find(name ?? "") is not { } drill)
        {
            var complaint = name is null
                ? $"Which drill? There are: {string.Join(", ", DrillCatalogue.All.Select(one => one.Name))}."
                : $"There is no drill '{name}'. Nearest: {string.Join(", ", DrillCatalogue.Nearest(name))}. All of them: drill --list";
            await Console.Error.WriteLineAsync(complaint);
            return ExitCodes.Usage;
        }

        using Termination termination = new(ignoreInterrupt: false);
        try
        {
            await using var cluster = await EstateCatalogue.StartAsync(drill.Estate, seed, port: 0, termination.Token);
            var passed = await new DrillRunner(screen, TimeProvider.System)
                .RunAsync(drill, EstateCatalogue.Describe(cluster), DrillRunner.DefaultRunsDirectory, termination.Token);
            if (keep)
            {
                ServeCommand.Describe(screen, cluster);
                await termination.WaitAsync();
            }

            return passed ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (GitMissingException missing)
        {
            await Console.Error.WriteLineAsync(missing.Message);
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (termination.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return ExitCodes.Failure;
        }
    }
}
