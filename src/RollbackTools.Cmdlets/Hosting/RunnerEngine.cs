using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>The engine of one command in a runner's pipeline.</summary>
internal sealed class RunnerEngine(CmdletRunner runner, CommandMetadata command, ParameterBinder binder, Action<object> output, Action<CommandEvent> said)
    : ICommandEngine
{
    private readonly Dictionary<int, ProgressReport> lastProgress = [];
    private bool stopped;

    public CommandServices Services => runner.Services;

    public object Session => runner;

    public string ParameterSetName => binder.ParameterSetName;

    public string CurrentDirectory => runner.CurrentDirectory;

    public bool IsBound(string parameter) => binder.IsBound(parameter);

    public bool IsOn(string parameter, SwitchParameter value) => binder.IsOn(parameter);

    public string ResolvePath(string path) => path.StartsWith('~')
        ? Path.GetFullPath(path[1..].TrimStart('/', '\\'), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
        : Path.GetFullPath(path, runner.CurrentDirectory);

    /// <summary>After this every call fails, as PowerShell's do once it stops a pipeline.</summary>
    public void Stop() => stopped = true;

    public void WriteObject(object value)
    {
        ThrowIfStopped();
        output(value);
    }

    public void WriteError(CommandError error)
    {
        ThrowIfStopped();
        if (binder.Common.ErrorAction.Equals("Stop", StringComparison.OrdinalIgnoreCase)) throw new CommandFailure(error);
        said(new CommandEvent(CommandEventKind.Error, error));
    }

    [DoesNotReturn]
    public void ThrowTerminatingError(CommandError error) => throw new CommandFailure(error);

    public void WriteVerbose(string message) => Say(CommandEventKind.Verbose, message);

    public void WriteWarning(string message) => Say(CommandEventKind.Warning, message);

    public void WriteDebug(string message) => Say(CommandEventKind.Debug, message);

    public void WriteInformation(string message) => Say(CommandEventKind.Information, message);

    public void WriteProgress(ProgressReport progress)
    {
        // Repeated for consoles that may have dropped it; a record has it already.
        if (lastProgress.GetValueOrDefault(progress.Id) == progress) return;
        lastProgress[progress.Id] = progress;
        Say(CommandEventKind.Progress, progress);
    }

    public void WriteAfterStop(string message) => said(new CommandEvent(CommandEventKind.Warning, message));

    public Decision ShouldProcess(string description, string question, string caption)
    {
        ThrowIfStopped();
        if (!command.SupportsShouldProcess) throw new InvalidOperationException($"{command.Name} asks, but does not declare SupportsShouldProcess.");
        if (binder.Common.WhatIf)
        {
            Say(CommandEventKind.WhatIf, description);
            return Decision.WhatIf;
        }

        var asks = binder.Common.Confirm ?? command.ConfirmImpact >= runner.ConfirmPreference;
        return !asks || Ask(question) ? Decision.GoAhead : Decision.Declined;
    }

    public bool ShouldContinue(string question, string caption)
    {
        ThrowIfStopped();
        return Ask(question);
    }

    public bool AcceptDanger(string question, string caption)
    {
        ThrowIfStopped();
        var asks = binder.Common.Confirm ?? runner.ConfirmPreference != ConfirmImpact.None;
        return !asks || Ask(question);
    }

    private bool Ask(string question)
    {
        Say(CommandEventKind.Prompt, question);
        return runner.Answer is { } answer ? answer(question) : throw ConfirmationImpossible.Because(null);
    }

    private void Say(CommandEventKind kind, object value)
    {
        ThrowIfStopped();
        said(new CommandEvent(kind, value));
    }

    private void ThrowIfStopped()
    {
        if (stopped) throw new PipelineStoppedException();
    }
}
