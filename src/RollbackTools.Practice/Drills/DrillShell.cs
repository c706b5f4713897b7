using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Practice.Drills;

/// <summary>
/// A prompt at which the module's own compiled cmdlets run: prints the line, runs it, prints what PowerShell would print.
/// </summary>
internal sealed class DrillShell : IDisposable
{
    private readonly CmdletRunner runner;
    private readonly DrillScreen screen;
    private readonly ViewFormatter views;

    /// <param name="screen">Where to print.</param>
    /// <param name="runs">Where run records are kept.</param>
    /// <param name="directory">The current directory; a rollback.yaml there gives environments their meaning.</param>
    public DrillShell(DrillScreen screen, RunStore runs, string directory)
    {
        this.screen = screen;
        views = new ViewFormatter(screen.Width, screen.Colour);
        runner = new CmdletRunner(new CommandServices(() => CommandServices.Live.Provider, TimeProvider.System, () => runs))
        {
            CurrentDirectory = directory,
            Observer = Tell,
        };
    }

    /// <summary>Runs a line and prints its output, as a table or as Format-List would.</summary>
    public async Task<CommandOutput> RunAsync(string line, bool asList, CancellationToken cancellation)
    {
        screen.Command("PS>", asList ? $"{line} | Format-List" : line);
        // A pipeline blocks its thread, as PowerShell's does: a thread of its own, not one the estate's servers need.
        var output = await Task.Factory.StartNew(
            () => runner.Run(line, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (output.Objects.Count > 0) screen.Line((asList ? views.FormatList(output.Objects) : views.Format(output.Objects)).Trim('\r', '\n'));
        if (output.Failure is { } failure) Tell(failure);
        cancellation.ThrowIfCancellationRequested();
        return output;
    }

    public void Dispose() => runner.Dispose();

    private void Tell(CommandEvent said)
    {
        switch (said.Kind)
        {
            case CommandEventKind.Warning: screen.Warning($"WARNING: {said.Value}"); break;
            case CommandEventKind.WhatIf: screen.Line($"What if: {said.Value}"); break;
            case CommandEventKind.Error: Tell((CommandError)said.Value); break;
        }
    }

    private void Tell(CommandError error)
    {
        screen.Bad($"{error.Message} [{error.ErrorId}]");
        if (error.RecommendedAction is { Length: > 0 } next) screen.Bad($"  Recommended: {next}");
    }
}
