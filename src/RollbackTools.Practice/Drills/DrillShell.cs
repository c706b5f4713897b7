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

    public IDictionary<string, object?> Variables => runner.Variables;

    /// <summary>Runs a line and prints its output as a table.</summary>
    public async Task<CommandOutput> RunAsync(string line, CancellationToken cancellation)
    {
        screen.Command("PS>", line);
        // A pipeline blocks its thread, as PowerShell's does: a thread of its own, not one the estate's servers need.
        var output = await Task.Factory.StartNew(
            () => runner.Run(line, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Show(output.Objects, views.Format);
        if (output.Failure is { } failure) Tell(failure);
        cancellation.ThrowIfCancellationRequested();
        return output;
    }

    /// <summary>Prints objects that are at hand as Format-List would.</summary>
    public void ShowList(string line, IReadOnlyList<object> objects)
    {
        screen.Command("PS>", $"{line} | Format-List");
        Show(objects, views.FormatList);
    }

    public void Dispose() => runner.Dispose();

    private void Show(IReadOnlyList<object> objects, Func<IReadOnlyList<object>, string> format)
    {
        if (objects.Count > 0) screen.Line(format(objects).Trim('\r', '\n'));
    }

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
