using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using RollbackTools.Cmdlets.Loading;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>The engine that is PowerShell itself.</summary>
internal sealed class PowerShellEngine(PSCmdlet cmdlet) : ICommandEngine
{
    public CommandServices Services => Composition.Services;

    /// <summary>Read here, on the pipeline's thread: elsewhere there is none.</summary>
    public object Session { get; } = Runspace.DefaultRunspace;

    public string ParameterSetName => cmdlet.ParameterSetName;

    public string CurrentDirectory => cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    public bool IsBound(string parameter) => cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter);

    public bool IsOn(string parameter, SwitchParameter value) => value.IsPresent;

    public string ResolvePath(string path) => cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    public void WriteObject(object value) => cmdlet.WriteObject(value);

    public void WriteError(CommandError error) => cmdlet.WriteError(error.ToErrorRecord());

    [DoesNotReturn]
    public void ThrowTerminatingError(CommandError error)
    {
        cmdlet.ThrowTerminatingError(error.ToErrorRecord());
        throw error.Exception; // Unreachable in PowerShell; the compiler does not know.
    }

    public void WriteVerbose(string message) => cmdlet.WriteVerbose(message);

    public void WriteWarning(string message) => cmdlet.WriteWarning(message);

    public void WriteDebug(string message) => cmdlet.WriteDebug(message);

    public void WriteInformation(string message) => cmdlet.WriteInformation(message, []);

    public void WriteProgress(ProgressReport progress) =>
        cmdlet.WriteProgress(new ProgressRecord(progress.Id, progress.Activity, progress.Status is "" ? " " : progress.Status)
        {
            PercentComplete = progress.Percent ?? -1,
            RecordType = progress.Completed ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });

    public void WriteAfterStop(string message)
    {
        try
        {
            // The host itself: a stopping pipeline throws at whoever writes to it.
            cmdlet.Host?.UI?.WriteWarningLine(message);
        }
        catch (Exception mute) when (mute is HostException or NotImplementedException or InvalidOperationException)
        {
            // Nobody is there to read it; the journal says the same.
        }
    }

    public Decision ShouldProcess(string description, string question, string caption)
    {
        ShouldProcessReason reason = default;
        if (Ask(() => cmdlet.ShouldProcess(description, question, caption, out reason))) return Decision.GoAhead;
        return reason == ShouldProcessReason.WhatIf ? Decision.WhatIf : Decision.Declined;
    }

    public bool ShouldContinue(string question, string caption) => Ask(() => cmdlet.ShouldContinue(question, caption));

    public bool AcceptDanger(string question, string caption)
    {
        var given = cmdlet.MyInvocation.BoundParameters.TryGetValue("Confirm", out var confirm);
        var quiet = given ? confirm is SwitchParameter { IsPresent: false } : $"{cmdlet.SessionState.PSVariable.GetValue("ConfirmPreference")}" == nameof(ConfirmImpact.None);
        return quiet || ShouldContinue(question, caption);
    }

    /// <summary>
    /// A host that cannot prompt says so in several ways: -NonInteractive and hosts without a prompt throw an
    /// InvalidOperationException or NotImplementedException, a console without a terminal a NullReferenceException.
    /// </summary>
    private static bool Ask(Func<bool> prompt)
    {
        try
        {
            return prompt();
        }
        catch (Exception mute) when (mute is PSInvalidOperationException or NullReferenceException or HostException or NotImplementedException)
        {
            throw ConfirmationImpossible.Because(mute);
        }
    }
}
