using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// Everything a cmdlet asks of whatever runs it: PowerShell, or a <see cref="Hosting.CmdletRunner"/>. Called only on the
/// pipeline's own thread, except for what is known before the command begins: services, session, switches, parameter set.
/// </summary>
public interface ICommandEngine
{
    CommandServices Services { get; }

    /// <summary>What lives as long as the operator's session; caches hang on it, never on a static field.</summary>
    object Session { get; }

    string ParameterSetName { get; }

    /// <summary>The directory the operator stands in.</summary>
    string CurrentDirectory { get; }

    /// <summary>Whether the operator gave it, on the command line or through the pipeline.</summary>
    bool IsBound(string parameter);

    /// <summary>A switch's value. It is asked for by name because without PowerShell a SwitchParameter holds nothing.</summary>
    bool IsOn(string parameter, SwitchParameter value);

    /// <summary>An absolute path from what the operator typed: relative, <c>~</c>, or on a PowerShell drive.</summary>
    string ResolvePath(string path);

    void WriteObject(object value);

    void WriteError(CommandError error);

    [DoesNotReturn]
    void ThrowTerminatingError(CommandError error);

    void WriteVerbose(string message);

    void WriteWarning(string message);

    void WriteDebug(string message);

    void WriteInformation(string message);

    void WriteProgress(ProgressReport progress);

    /// <summary>Shown to whoever sits there when the pipeline is stopping and takes nothing any more.</summary>
    void WriteAfterStop(string message);

    /// <summary>
    /// Asks whether to do it. <paramref name="description"/> is what -WhatIf and -Verbose show, <paramref name="question"/> what
    /// a prompt shows. Throws when it would have to ask and nobody can answer.
    /// </summary>
    Decision ShouldProcess(string description, string question, string caption);

    bool ShouldContinue(string question, string caption);

    /// <summary>
    /// Asks about a danger of its own, even where the change itself needs no asking; not under -Confirm:$false, nor where
    /// $ConfirmPreference is None. Throws when it would have to ask and nobody can answer.
    /// </summary>
    bool AcceptDanger(string question, string caption);
}
