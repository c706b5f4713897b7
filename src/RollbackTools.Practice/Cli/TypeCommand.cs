using System.CommandLine;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Faults;
using Spectre.Console;

namespace RollbackTools.Practice.Cli;

/// <summary>
/// <c>type LINE</c>: runs one line with the compiled cmdlets in a process of its own, so that tests can let that process die at
/// any journal line. Not for people: they have PowerShell.
/// </summary>
internal static class TypeCommand
{
    public static Command Create(IAnsiConsole console)
    {
        Argument<string> line = new("line") { Description = "What to type." };
        Option<string> runs = new("--runs") { Description = "Where run records are kept.", Required = true };
        Option<string?> kubeconfig = new("--kubeconfig") { Description = "What $KUBECONFIG is to be for it." };
        Option<int?> die = new("--die-after-line") { Description = "Kill this process, as SIGKILL does, once that line of the journal is on disk." };
        Command command = new("type", "Run one line with the compiled cmdlets.") { line, runs, kubeconfig, die };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(kubeconfig) is { } path) Environment.SetEnvironmentVariable("KUBECONFIG", path);
            return Task.FromResult(Run(console, parsed.GetValue(line)!, parsed.GetValue(runs)!, parsed.GetValue(die), cancellation));
        });
        return command;
    }

    private static int Run(IAnsiConsole console, string line, string directory, int? dieAfter, CancellationToken cancellation)
    {
        RunStore runs = new(directory, TimeProvider.System, Catalogue.Journal) { Appended = dieAfter is { } last ? SuddenDeath.AfterLine(last) : null };
        using CmdletRunner runner = new(new CommandServices(() => CommandServices.Live.Provider, TimeProvider.System, () => runs));
        var output = runner.Run(line, cancellation);
        foreach (var one in output.Objects) console.Profile.Out.Writer.WriteLine(one);
        foreach (var error in output.Failure is { } failure ? [.. output.Errors, failure] : output.Errors)
            Console.Error.WriteLine($"{error.ErrorId}: {error.Message}");
        return output.Failure is null && output.Errors.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }
}
